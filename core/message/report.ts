import type { Delivery, DeliveryStatus } from './delivery.ts';

/** What a provider reports of a message, after it was handed over. */
export interface Report {
  readonly deliveryId: string;
  readonly status: Extract<DeliveryStatus, 'delivered' | 'bounced' | 'complained' | 'opened' | 'clicked' | 'failed'>;
  readonly atMs: number;
  /** The provider's id of this report: the same however often it is told. */
  readonly reportId: string;
  /** The address, normalised, where the report names it. */
  readonly address?: string;
  /** Of a bounce: whether the address is of no use any more. */
  readonly isPermanent?: boolean;
  /** Of a click. */
  readonly link?: string;
  /** The provider's own word for it. */
  readonly detail?: string;
}

/** How far a message has come: a report that comes late takes nothing back. */
const ranks: { readonly [status in DeliveryStatus]: number } = {
  pending: 0,
  deferred: 0,
  skipped: 0,
  handing: 1,
  unknown: 1,
  sent: 2,
  failed: 3,
  delivered: 4,
  opened: 5,
  clicked: 6,
  bounced: 7,
  complained: 8,
};

/**
 * A delivery as it stands after a report, whatever the order in which reports come.
 * @returns the same row where it says nothing new
 */
export function applyReport(delivery: Delivery, { status, detail }: Report): Delivery {
  if (ranks[delivery.status] >= ranks[status]) return delivery;
  const { detail: _, ...rest } = delivery;
  return { ...rest, status, ...(detail !== undefined && { detail }) };
}

/** Whether a provider has said that it had the message: it was handed over, whatever else is known. */
export const isReported = ({ status }: Delivery): boolean => ranks[status] > ranks.sent;

const words = { email: 'Email', sms: 'SMS', push: 'Push', webhook: 'Webhook', 'in-app': 'In-App' } as const;
const events = {
  delivered: 'Delivered',
  bounced: 'Bounced',
  complained: 'Complained',
  opened: 'Opened',
  clicked: 'Clicked',
  failed: 'Failed',
} as const;

/** The name under which a report stands in the timeline, as conditions ask for it: `Email Opened`. */
export const reportName = ({ channel }: Pick<Delivery, 'channel'>, { status }: Pick<Report, 'status'>): string =>
  `${words[channel]} ${events[status]}`;
