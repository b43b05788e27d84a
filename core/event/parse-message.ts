import { checkGroupTraits, groupTraitsOf, groupTypeOf } from '../group/group.ts';
import { isObject, type JsonObject } from '../json.ts';
import { isJunk } from '../profile/identity.ts';
import { parseInstant } from '../time/instant.ts';
import { checkConsent } from './check-consent.ts';
import { checkValues } from './check-values.ts';
import { callNames, callTypes, type CallType, type Message, type Trust } from './event.ts';
import type { MessageRefusal } from './refusal.ts';

/** How a message came in. */
export interface Arrival {
  readonly receivedMs: number;
  readonly trust: Trust;
  /** The call's own type; a batch item names it itself. */
  readonly type?: CallType;
  /** Of the batch: merged into the item's, which wins. */
  readonly context?: JsonObject;
  readonly sentAt?: unknown;
  /** Imports may be of any age. */
  readonly isImport?: boolean;
  readonly isSilent?: boolean;
  /** The clock will be moved to the message's own time: it may lie ahead. */
  readonly isWinding?: boolean;
  /** Ids of the workspace's topics: purposes that a consent may name. */
  readonly topics?: () => readonly string[];
  /** For a message without an id. */
  readonly newMessageId: () => string;
}
export type ParsedMessage = { readonly message: Message } | { readonly refusal: MessageRefusal };

const dayMs = 86_400_000;
/** Older live events are refused: duplicates of them could no longer be told. */
export const oldestDays = 30;
/** Times further ahead are the fault of a clock. */
export const aheadMs = dayMs;
/** A message id is an index key: Segment's limit. */
const longestId = 100;
const longestGroupId = 250;
const longestName = 200;

class Refused extends Error {
  readonly refusal: MessageRefusal;
  constructor(refusal: MessageRefusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}
const refuse = (code: MessageRefusal['code'], message: string, path: string, suggestion?: string): never => {
  throw new Refused({ code, message, path, ...(suggestion !== undefined && { suggestion }) });
};

/** Reads one message in the Segment shape. Values of any kind come in; a message or one refusal comes out. */
export function parseMessage(body: unknown, arrival: Arrival): ParsedMessage {
  try {
    if (!isObject(body)) return { refusal: { code: 'body_invalid', message: 'A message is a JSON object.', path: '' } };
    const found = checkValues(body);
    return found ? { refusal: found } : { message: read(body, arrival) };
  } catch (error) {
    if (error instanceof Refused) return { refusal: error.refusal };
    throw error;
  }
}

type Body = { readonly [key: string]: unknown };

function read(body: Body, arrival: Arrival): Message {
  const type = arrival.type ?? readType(body);
  const userId = readId(body, 'userId');
  const anonymousId = readId(body, 'anonymousId');
  if (userId === undefined && anonymousId === undefined) {
    refuse(
      'identity_missing',
      'The message says neither who it is about (userId) nor which visitor (anonymousId).',
      'userId',
      'Send a userId or an anonymousId.',
    );
  }
  const traits = readObject(body, 'traits');
  const given = readObject(body, 'properties');
  const own = readObject(body, 'context');
  const context = arrival.context ? { ...arrival.context, ...own } : own;
  // Under a public key consent is passed over, whatever it says.
  const fault = arrival.trust === 'server' ? checkConsent(context, arrival.topics) : undefined;
  if (fault) throw new Refused(fault);
  const time = readTime(body, arrival);
  const groupId = type === 'group' ? readGroupId(body) : undefined;
  if (type === 'group') checkGroup(context, traits, arrival.trust);
  const previousId = type === 'alias' ? readId(body, 'previousId') : undefined;
  if (type === 'alias' && userId === undefined)
    refuse('user_id_missing', 'An alias needs the userId that the earlier id belongs to.', 'userId');
  return {
    type,
    messageId: readMessageId(body, arrival),
    name: type === 'track' ? readName(body) : callNames[type],
    ...(userId !== undefined && { userId }),
    ...(anonymousId !== undefined && { anonymousId }),
    ...(previousId !== undefined && { previousId }),
    ...(groupId !== undefined && { groupId }),
    properties: withPlace(type, body, groupId === undefined ? given : { ...given, groupId }),
    traits,
    context,
    receivedMs: arrival.receivedMs,
    trust: arrival.trust,
    ...time,
    ...(arrival.isSilent && { isSilent: true }),
  };
}

/** A page's or screen's own name and category are properties like any other. */
function withPlace(type: CallType, body: Body, properties: JsonObject): JsonObject {
  if (type !== 'page' && type !== 'screen') return properties;
  const { name, category } = body;
  return {
    ...(typeof name === 'string' && { name }),
    ...(typeof category === 'string' && { category }),
    ...properties,
  };
}

function readType(body: Body): CallType {
  const type = body['type'];
  const found = callTypes.find((one) => one === type);
  return (
    found ??
    refuse(
      'type_missing',
      typeof type === 'string' ? `There is no type "${type.slice(0, 40)}".` : 'The item has no type.',
      'type',
      `Use one of ${callTypes.join(', ')}.`,
    )
  );
}

function readId(body: Body, key: 'userId' | 'anonymousId' | 'previousId'): string | undefined {
  const value = body[key];
  if (value === undefined || value === null || value === '') return undefined;
  const text = typeof value === 'number' ? exactText(value) : value;
  if (typeof text !== 'string')
    return refuse('identity_invalid', `${key} must be text or a number that JSON keeps exactly.`, key);
  const id = text.trim();
  if (isJunk(id))
    refuse(
      'identity_invalid',
      `"${id.slice(0, 60)}" is a value that programs send where they mean nobody.`,
      key,
      `Leave ${key} out where it is not known.`,
    );
  if (id.length > 300) refuse('identity_invalid', `${key} is longer than 300 characters.`, key);
  return id;
}

/** A number too large to be exact would make one person of several. */
const exactText = (value: number): string | undefined =>
  Math.abs(value) <= Number.MAX_SAFE_INTEGER ? String(value) : undefined;

function readMessageId(body: Body, { newMessageId }: Arrival): string {
  const value = body['messageId'];
  if (value === undefined || value === null || value === '') return newMessageId();
  if (typeof value === 'string' && value.length <= longestId) return value;
  return refuse('message_id_invalid', `A messageId is text of at most ${longestId} characters.`, 'messageId');
}

function readName(body: Body): string {
  const value = body['event'];
  const name = typeof value === 'string' ? value.trim() : '';
  if (name === '')
    refuse(
      'event_missing',
      'A track call needs the name of its event.',
      'event',
      'Name the event, for example "Order Completed".',
    );
  if (name.length > longestName)
    refuse('field_invalid', `The event's name is longer than ${longestName} characters.`, 'event');
  return name;
}

function readGroupId(body: Body): string {
  const value = body['groupId'];
  const id = typeof value === 'number' ? (exactText(value) ?? '') : typeof value === 'string' ? value.trim() : '';
  return id === '' || id.length > longestGroupId
    ? refuse('group_id_missing', 'A group call needs a groupId.', 'groupId')
    : id;
}

/** Refuses a type that is none, and traits that no group can have. */
function checkGroup(context: JsonObject, traits: JsonObject, trust: Message['trust']): void {
  if (groupTypeOf({ context, traits }) === undefined)
    refuse(
      'group_type_invalid',
      'A group type is a letter and then up to 39 letters, digits, hyphens or underscores.',
      context['groupType'] === undefined ? 'traits.groupType' : 'context.groupType',
      'Write for example "company" or "household", or leave it out for "company".',
    );
  const fault = checkGroupTraits(groupTraitsOf({ trust, traits }));
  if (fault) refuse('group_traits_invalid', fault.message, fault.path, fault.suggestion);
}

function readObject(body: Body, key: 'traits' | 'properties' | 'context'): JsonObject {
  const value = body[key];
  if (value === undefined || value === null) return {};
  return isObject(value) ? (value as JsonObject) : refuse('field_invalid', `${key} must be an object.`, key);
}

function readInstant(value: unknown, path: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  const ms = typeof value === 'string' ? parseInstant(value) : undefined;
  if (ms !== undefined) return ms;
  return refuse(
    'timestamp_invalid',
    'The time is not an ISO 8601 instant with a zone.',
    path,
    'Write it like 2026-11-21T10:00:00Z or 2026-11-21T12:00:00+02:00.',
  );
}

/** `receivedAt - (sentAt - originalTimestamp)`: the caller's clock is believed about spans, not about the hour. */
function readTime(body: Body, arrival: Arrival): Pick<Message, 'occurredMs' | 'note'> {
  const { receivedMs } = arrival;
  const key = body['originalTimestamp'] !== undefined ? 'originalTimestamp' : 'timestamp';
  const originalMs = readInstant(body[key], key);
  const givenMs = readInstant(body['sentAt'] ?? arrival.sentAt, 'sentAt');
  // In a file the sending lies years back: the message's own time is meant.
  const sentMs = arrival.isImport ? undefined : givenMs;
  if (originalMs === undefined) return { occurredMs: receivedMs };
  const occurredMs = sentMs === undefined ? originalMs : receivedMs - (sentMs - originalMs);
  if (!arrival.isWinding && occurredMs > receivedMs + aheadMs) return { occurredMs: receivedMs, note: 'clock_skew' };
  if (!arrival.isImport && receivedMs - occurredMs > oldestDays * dayMs) {
    refuse(
      'event_too_old',
      `The event is more than ${oldestDays} days old.`,
      key,
      'Use import: `sojourn import` takes events of any age.',
    );
  }
  return { occurredMs };
}
