import type { Json, JsonObject } from '../json.ts';

/** The six calls of the Segment shape. */
export const callTypes = ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const;
export type CallType = (typeof callTypes)[number];

/** Names under which the calls that carry no event name of their own are stored and can be asked for. */
export const callNames: Readonly<Record<Exclude<CallType, 'track'>, string>> = {
  identify: 'Identified',
  page: 'Page Viewed',
  screen: 'Screen Viewed',
  group: 'Group Joined',
  alias: 'Alias Given',
};

/** Whether a message came under the server key or under the browser's public key. */
export type Trust = 'server' | 'public';

/** One message of the intake, parsed: what a caller says happened. */
export interface Message {
  readonly type: CallType;
  /** The caller's id, by which duplicates are known. */
  readonly messageId: string;
  readonly name: string;
  /** Set on events of our own making, which know whom they are about. */
  readonly profileId?: string;
  readonly userId?: string;
  readonly anonymousId?: string;
  readonly previousId?: string;
  readonly groupId?: string;
  readonly properties: JsonObject;
  readonly traits: JsonObject;
  readonly context: JsonObject;
  readonly occurredMs: number;
  readonly receivedMs: number;
  readonly trust: Trust;
  /** An import: builds the profile, starts nothing. */
  readonly isSilent?: boolean;
  /** Set where the stored time is not the caller's (`clock_skew`). */
  readonly note?: string;
}

/** An accepted event as it stands in the timeline. */
export interface StoredEvent {
  readonly profileId: string;
  readonly eventId: string;
  readonly type: CallType;
  readonly name: string;
  readonly properties: JsonObject;
  readonly context: JsonObject;
  readonly occurredMs: number;
  readonly receivedMs: number;
  /** The profile's version that this event's commit made. */
  readonly version: number;
  readonly attemptId: string;
  readonly isSilent?: boolean;
  /** As of the message. */
  readonly note?: string;
  /** How it named a person who is made of several: whose it was, should they be told apart again. */
  readonly named?: Naming;
}

/** What a message says of whom it is about and who says it, and its row does not. */
export type Naming = Pick<Message, 'userId' | 'anonymousId' | 'previousId' | 'profileId' | 'groupId' | 'trust'>;
export const namingOf = (message: Message): Naming => {
  const { userId, anonymousId, previousId, profileId, groupId, trust } = message;
  return {
    trust,
    ...(userId !== undefined && { userId }),
    ...(anonymousId !== undefined && { anonymousId }),
    ...(previousId !== undefined && { previousId }),
    ...(profileId !== undefined && { profileId }),
    ...(groupId !== undefined && { groupId }),
  };
};

/** What conditions need to know of an event. */
export interface Occurrence {
  readonly eventId: string;
  readonly name: string;
  readonly properties: JsonObject;
  readonly occurredMs: number;
}

/** Reads a dotted path; a path through an array means any element, so the answer is a list. */
export function valuesAt(root: Json | undefined, path: readonly string[]): readonly Json[] {
  let found: Json[] = root === undefined ? [] : [root];
  for (const part of path) {
    const next: Json[] = [];
    for (const value of found) {
      if (Array.isArray(value)) {
        for (const element of value as readonly Json[]) pushPart(next, element, part);
      } else pushPart(next, value, part);
    }
    found = next;
  }
  return found.flatMap((value) => (Array.isArray(value) ? (value as readonly Json[]) : [value]));
}

function pushPart(into: Json[], value: Json, part: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  if (!Object.hasOwn(value, part)) return;
  const inner = (value as JsonObject)[part];
  if (inner !== undefined && inner !== null) into.push(inner);
}

/** The sum of the numbers at a path of an event's properties; `undefined` where there is none. */
export function amountAt({ properties }: Pick<Occurrence, 'properties'>, path: string): number | undefined {
  const numbers = valuesAt(properties, path.split('.')).filter((value) => typeof value === 'number');
  return numbers.length === 0 ? undefined : numbers.reduce((sum, number) => sum + number, 0);
}
