import type { Json, JsonObject } from '../json.ts';
import type { Purpose } from '../journey/document.ts';
import type { Erasure } from '../privacy/erasure.ts';

/** A value that the last writer by `(ms, id)` wins, whatever the order of arrival. */
export interface Stamped<T> {
  readonly value: T;
  /** When it was so, epoch milliseconds of the event. */
  readonly ms: number;
  /** The event's id: breaks ties. */
  readonly id: string;
}

/** Kinds of identifier that the system knows; custom kinds are free words besides. */
export type IdentifierKind = 'userId' | 'anonymousId' | 'email' | 'phone' | 'device' | (string & {});

/** A browser's push subscription (RFC 8030, RFC 8291). */
export interface WebPush {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}

/** One way to name or reach a person. */
export interface Identifier {
  readonly kind: IdentifierKind;
  readonly value: string;
  /** Asserted under a server key (or proven by the person). */
  readonly isVerified: boolean;
  /** Whether it finds this profile; an address shared with another known user does not. */
  readonly resolves: boolean;
  /** Of an address the last assertion, so that the newest is chosen; of an id the first. */
  readonly ms: number;
  readonly id: string;
  /** First message that named it beside another identifier of the person; absent for one that always stood alone. */
  readonly linkedMs?: number;
  /** Somebody who was erased had it before: what happened until then is theirs, and not this person's. */
  readonly afterMs?: number;
  /** Other known people who use it too, and are not found by it. */
  readonly others?: readonly string[];
  /** Of a device: ios, android or web. */
  readonly platform?: 'ios' | 'android' | 'web';
  /** Of a browser: where its push service takes messages, and the keys that only it can read them with. */
  readonly webPush?: WebPush;
}

export type ConsentStatus = 'granted' | 'denied';
/** What stands of one channel and purpose. */
export interface ConsentEntry extends Stamped<ConsentStatus> {
  readonly source?: string;
  readonly textVersion?: string;
  /** Under which identifier it was said, `<kind>:<value>`; absent for what was said through the API. */
  readonly by?: string;
  /** The last words of the person's other identifiers, which did not decide. */
  readonly others?: readonly ConsentEntry[];
}

/** Where a person came from, first and last, per channel and source. */
export interface Touchpoint {
  readonly firstMs: number;
  readonly firstId: string;
  readonly lastMs: number;
  readonly lastId: string;
  readonly source: string;
  readonly medium?: string;
  readonly campaign?: string;
  readonly referrer?: string;
  readonly page?: string;
}

/** What the hot profile keeps of an enrollment: enough to end it and to count its goal. */
export interface EnrollmentStub {
  readonly enrollmentId: string;
  readonly journeyId: string;
  readonly version: string;
  readonly key?: string;
  readonly isAcquisition: boolean;
  /** False once ended or held out; the stub stays until the goal's time is over. */
  readonly isActive: boolean;
  readonly enteredMs: number;
  readonly goalUntilMs?: number;
  /** Next instant at which a watched condition changes by time alone. */
  readonly watchMs?: number;
}

/** One hand-over that counts against frequency caps. */
export interface CapSlot {
  readonly deliveryId: string;
  readonly ms: number;
  readonly channel: string;
  readonly purpose: Purpose;
  readonly topic?: string;
}

/** A message that was put off, and wants a slot of the frequency caps when its time comes. */
export interface Want {
  readonly deliveryId: string;
  readonly wakeMs: number;
  readonly channel: string;
  readonly purpose: Purpose;
  readonly topic?: string;
  /** Of its journey. */
  readonly priority: number;
}

/** Packed state of one condition; its form is its leaf's own business. */
export type ConditionState = Json;

/** The group of one type that a person is in. */
export interface GroupMembership extends Stamped<string> {
  /** Traits of the group that documents ask for, as they were at a version of it; absent until they are read. */
  readonly copy?: GroupCopy;
}
export interface GroupCopy {
  readonly version: number;
  /** What was asked for then. */
  readonly asked: string;
  readonly traits: JsonObject;
}

/** All we know and have decided of one person: the item that every commit is made against. */
export interface Profile {
  readonly profileId: string;
  readonly createdMs: number;
  readonly mergedInto?: string;
  /** Profiles that were merged into this one, with the version of *this* profile at the merge. */
  readonly mergedIds: readonly { readonly profileId: string; readonly version: number; readonly atMs: number }[];
  /** Profiles that were taken out of this one: no event makes them part of it again, an alias that asks for it apart. */
  readonly apart?: readonly string[];
  /** Somebody was here: nothing is decided about them, and nothing is said of them any more. */
  readonly isErased?: boolean;
  readonly erasure?: Erasure;
  readonly identifiers: readonly Identifier[];
  readonly traits: { readonly [name: string]: Stamped<Json> };
  readonly timeZone?: Stamped<string>;
  readonly locale?: Stamped<string>;
  /** `<channel>/<purpose>` or `<channel>/topic:<id>`. */
  readonly consent: { readonly [key: string]: ConsentEntry };
  /** Time of the earliest converting event; never undone. */
  readonly convertedMs?: number;
  /** First revenue-bearing facts that a summary shows. */
  readonly touchpoints: { readonly [key: string]: Touchpoint };
  /** Type → the group of that type that was named last. */
  readonly groups: { readonly [type: string]: GroupMembership };
  readonly conditions: { readonly [leafKey: string]: ConditionState };
  /** Segment id → since when a member. */
  readonly segments: { readonly [segmentId: string]: number };
  readonly audiences: { readonly [audienceId: string]: number };
  /** Audience id → whether a journey has put the person in or taken them out, whatever its condition says. */
  readonly overrides?: { readonly [audienceId: string]: Stamped<boolean> };
  readonly enrollments: readonly EnrollmentStub[];
  readonly slots: readonly CapSlot[];
  /** Only while a message waits. */
  readonly wants?: readonly Want[];
  /** Hand-overs of the last hour, by journey; older ones go with the next. */
  readonly handed?: { readonly [journeyId: string]: readonly number[] };
  /** `holdout`, `holdout:<journey>`, `experiment:<id>` → the draw, kept for good. */
  readonly assignments: { readonly [name: string]: string };
  /** The filling that its states and memberships are of; absent for 0. */
  readonly filled?: number;
  /** When the pending due row fires: no later than anything of the person next changes by time alone. */
  readonly dueMs?: number;
  /** The first date of the person that is to begin a journey, as far as it was looked at. */
  readonly nextDateMs?: number;
}

/** A profile of which nothing is known yet. */
export const newProfile = (profileId: string, createdMs: number): Profile => ({
  profileId,
  createdMs,
  mergedIds: [],
  identifiers: [],
  traits: {},
  consent: {},
  touchpoints: {},
  groups: {},
  conditions: {},
  segments: {},
  audiences: {},
  enrollments: [],
  slots: [],
  assignments: {},
});

/** The value of an own key: names that callers choose may be those that every object inherits. */
export const ownValue = <T>(record: { readonly [key: string]: T }, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

/** Whether `(ms, id)` is later than what stands; equal stamps change nothing. */
export const isLater = (
  ms: number,
  id: string,
  standing: { readonly ms: number; readonly id: string } | undefined,
): boolean => standing === undefined || ms > standing.ms || (ms === standing.ms && id > standing.id);

/** The ids under which this person's history lies: their own and those merged into them. */
export const historyIds = (profile: Profile): readonly string[] => [
  profile.profileId,
  ...profile.mergedIds.map((merged) => merged.profileId),
];

/** The newest value of a kind that names or reaches the person; `undefined` for none. */
export function newestIdentifier(
  profile: Profile,
  kind: IdentifierKind,
  isVerifiedOnly = false,
): Identifier | undefined {
  let newest: Identifier | undefined;
  for (const identifier of profile.identifiers) {
    if (identifier.kind !== kind || (isVerifiedOnly && !identifier.isVerified)) continue;
    if (isLater(identifier.ms, identifier.id, newest)) newest = identifier;
  }
  return newest;
}

/** Whether the person is known by a userId. */
export const isKnown = (profile: Profile): boolean =>
  profile.identifiers.some((identifier) => identifier.kind === 'userId' && identifier.resolves);
