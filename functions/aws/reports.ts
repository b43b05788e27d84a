import { isObject } from '../../core/json.ts';
import { normalizeEmail, normalizePhone } from '../../core/profile/address.ts';
import type { Report } from '../../core/message/report.ts';

type Raw = { readonly [key: string]: unknown };
const raw = (value: unknown): Raw => (isObject(value) ? (value as Raw) : {});
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** A report of whichever provider it came from; `undefined` for one that says nothing of our messages. */
export function parseReport(body: unknown): Report | undefined {
  const given = raw(body);
  if (given['source'] === 'aws.ses') return ofEmail(given);
  if (text(given['eventType'])?.startsWith('TEXT_')) return ofText(given);
  return undefined;
}

/** What SES says, as it calls it, and what that is here; deliveries that are only late say nothing yet. */
const emailEvents: { readonly [eventType: string]: { readonly status: Report['status']; readonly part: string } } = {
  Delivery: { status: 'delivered', part: 'delivery' },
  Bounce: { status: 'bounced', part: 'bounce' },
  Complaint: { status: 'complained', part: 'complaint' },
  Open: { status: 'opened', part: 'open' },
  Click: { status: 'clicked', part: 'click' },
  Reject: { status: 'failed', part: 'reject' },
  'Rendering Failure': { status: 'failed', part: 'failure' },
};

/** An event of SES, as the default bus carries it. */
function ofEmail(event: Raw): Report | undefined {
  const detail = raw(event['detail']);
  const kind = emailEvents[text(detail['eventType']) ?? ''];
  const mail = raw(detail['mail']);
  const tags = raw(mail['tags']);
  const deliveryId = Array.isArray(tags['deliveryId']) ? text(tags['deliveryId'][0]) : undefined;
  const reportId = text(event['id']);
  if (!kind || deliveryId === undefined || reportId === undefined) return undefined;
  const part = raw(detail[kind.part]);
  const address = recipientOf(part, mail);
  const link = text(part['link']);
  const reason = text(part['bounceSubType']) ?? text(part['complaintFeedbackType']) ?? text(part['reason']);
  return {
    deliveryId,
    status: kind.status,
    reportId: `ses-${reportId}`,
    atMs: instantOf(part['timestamp'] ?? event['time']),
    ...(address !== undefined && { address }),
    // Undetermined is not permanent: an address is given up only where the provider is sure.
    ...(kind.status === 'bounced' && { isPermanent: part['bounceType'] === 'Permanent' }),
    ...(link !== undefined && { link }),
    ...(reason !== undefined && { detail: reason }),
  };
}

/** Whom a report is about: those it names, else the one whom the message went to. */
function recipientOf(part: Raw, mail: Raw): string | undefined {
  const named = [part['bouncedRecipients'], part['complainedRecipients'], mail['destination']].find(Array.isArray);
  const first: unknown = named?.[0];
  const address = text(first) ?? text(raw(first)['emailAddress']);
  return address === undefined ? undefined : normalizeEmail(address);
}

const textEvents: { readonly [eventType: string]: Report['status'] } = {
  TEXT_DELIVERED: 'delivered',
  TEXT_SUCCESSFUL: 'delivered',
  TEXT_BLOCKED: 'failed',
  TEXT_CARRIER_BLOCKED: 'failed',
  TEXT_CARRIER_UNREACHABLE: 'failed',
  TEXT_INVALID: 'bounced',
  TEXT_INVALID_MESSAGE: 'failed',
  TEXT_PROTECT_BLOCKED: 'failed',
  TEXT_SPAM: 'failed',
  TEXT_TTL_EXPIRED: 'failed',
  TEXT_UNKNOWN: 'failed',
  TEXT_UNREACHABLE: 'failed',
};

/** An event of End User Messaging; its `context` is what we sent along. */
function ofText(event: Raw): Report | undefined {
  const eventType = text(event['eventType'])!;
  const status = textEvents[eventType];
  const deliveryId = text(raw(event['context'])['deliveryId']);
  const messageId = text(event['messageId']);
  if (!status || deliveryId === undefined || messageId === undefined) return undefined;
  const phone = text(event['destinationPhoneNumber']);
  const address = phone === undefined ? undefined : normalizePhone(phone);
  const detail = text(event['messageStatusDescription']);
  return {
    deliveryId,
    status,
    reportId: `sms-${messageId}-${eventType.toLowerCase()}`,
    atMs: instantOf(event['eventTimestamp']),
    ...(address !== undefined && { address }),
    ...(status === 'bounced' && { isPermanent: true }),
    ...(status !== 'delivered' && { detail: detail ?? eventType }),
  };
}

/** Epoch milliseconds, or text of an instant; what cannot be read happened when it is handled. */
function instantOf(value: unknown): number {
  const ms = typeof value === 'number' ? value : Date.parse(text(value) ?? '');
  return Number.isFinite(ms) ? ms : Number.MAX_SAFE_INTEGER;
}
