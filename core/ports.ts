import type { Stop, Stops } from './control/stop.ts';
import type { Definitions, JourneyVersion } from './definitions.ts';
import type { Asking } from './enrollment/ask.ts';
import type { EntryGuard, Enrollment } from './enrollment/enrollment.ts';
import type { Message, StoredEvent } from './event/event.ts';
import type { ProblemCount, ProblemNote, QuarantinedEvent } from './event/quarantine.ts';
import type { Ruling } from './experiment/ruling.ts';
import type { VariantCounts } from './experiment/variant-counts.ts';
import type { Group, GroupId, ReadGroup } from './group/group.ts';
import type { Channel } from './journey/document.ts';
import type { JsonObject } from './json.ts';
import type { Delivery, Suppression } from './message/delivery.ts';
import type { Message as RenderedMessage } from './message/message.ts';
import type { Device } from './message/send-context.ts';
import type { Receipt, Tombstone } from './privacy/erasure.ts';
import type { HoldingId } from './privacy/inventory.ts';
import type { MergeRow } from './profile/merge-log.ts';
import type { Profile } from './profile/profile.ts';
import type { Coverage } from './segment/coverage.ts';
import type { Task } from './task/task.ts';
import type { CountsByTrait } from './trait/ranks.ts';

/** Everything we ask of the outside world. */
export interface Ports {
  readonly profiles: ProfileStore;
  readonly definitions: DefinitionStore;
  readonly content: Content;
  readonly channels: Channels;
  readonly asking: Asking;
  readonly executions: Executions;
  readonly places: Places;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** What a decision about one person needs, which is all but what reaches outside. */
export type DecisionPorts = Pick<Ports, 'profiles' | 'definitions' | 'clock' | 'ids'>;

export interface Clock {
  /** Epoch milliseconds of the running clock. */
  nowMs(): number;
  /** Lets some time pass before another try; `attempt` counts from 1. */
  backOff(attempt: number): Promise<void>;
}

export interface Ids {
  /** A new id for one pass through the load–decide–commit loop. */
  attempt(): string;
  /** Keyed hash of a normalised address, hex; the key never leaves the home. */
  addressHash(channel: Channel, address: string): string;
  /** Keyed hash of what is forgotten but must be known again, hex. */
  tombstone(text: string): string;
  /** The id of a person whom a message is the first to name: the same for the same message, and nobody's to guess. */
  profileId(message: Message): string;
}

/** A profile as it was read. */
export interface Loaded {
  readonly profile: Profile;
  /** 0 for a profile that does not exist yet. */
  readonly version: number;
}

/** `<kind>:<value>`, normalised. */
export type IdentityKey = string;

/** One line of what happened, for the timeline; with `topic`, also a fact that documents listen to. */
export interface Fact {
  readonly profileId: string;
  readonly kind:
    | 'event'
    | 'segment'
    | 'date'
    | 'schedule'
    | 'enrollment'
    | 'consent'
    | 'conversion'
    | 'resume'
    | 'emit'
    | 'start'
    | 'conflict'
    | 'entry';
  readonly name: string;
  readonly atMs: number;
  readonly detail: JsonObject;
  /** True where the relay must carry it out. */
  readonly isOutgoing: boolean;
}
/** A committed fact on its way out, at least once: known by its profile, the version that its commit made, and its place. */
export interface OutgoingFact extends Fact {
  readonly version: number;
  readonly index: number;
}

/** When something of a profile is next to be looked at; a hint, not a promise. */
export interface DueRow {
  readonly profileId: string;
  /** `profile`, the id of an enrollment whose execution may have been lost, or `schedule:<journey>:<round>`. */
  readonly subject: string;
  readonly dueMs: number;
}

/** An event as it is written. */
export type EventRow = Omit<StoredEvent, 'version'> & {
  /** From then on it is as if it had never been. */
  readonly expiresMs?: number;
};

/** All that one decision wants written: it happens whole or not at all. */
export interface Change {
  readonly attemptId: string;
  /** One to four, each at the version that was read; 0 means "must not exist". */
  readonly profiles: readonly { readonly expectedVersion: number; readonly profile: Profile }[];
  /** Must not exist yet under the profile and its merged ids. */
  readonly events?: readonly EventRow[];
  /** `from` is the owner that was read: absent for a new key. */
  readonly identities?: readonly { readonly key: IdentityKey; readonly profileId: string; readonly from?: string }[];
  /** Identities that nobody has any more; `from` is the owner that was read. */
  readonly disowned?: readonly { readonly key: IdentityKey; readonly from: string }[];
  readonly tombstones?: readonly Tombstone[];
  /** In place of what stood of each. */
  readonly erasures?: readonly Receipt[];
  /** In place of what stood of each. */
  readonly merges?: readonly MergeRow[];
  /** Events that become part of another timeline, at a version of it; what was told with them stays where it is. */
  readonly moves?: readonly {
    readonly eventId: string;
    readonly from: string;
    readonly to: string;
    readonly version: number;
  }[];
  readonly enrollments?: readonly { readonly row: Enrollment; readonly isNew: boolean }[];
  readonly deliveries?: readonly { readonly row: Delivery; readonly isNew: boolean }[];
  readonly guards?: readonly EntryGuard[];
  readonly tasks?: readonly { readonly row: Task; readonly isNew: boolean }[];
  /** Words that must not stand yet of their subjects. */
  readonly stops?: readonly Stop[];
  readonly suppressions?: readonly Suppression[];
  readonly unsuppressions?: readonly {
    readonly channel: Channel;
    readonly addressHash: string;
    readonly evidence: string;
  }[];
  /** Suppressions that must not stand for the commit to hold. */
  readonly unless?: readonly {
    readonly channel: Channel;
    readonly addressHash: string;
    readonly purpose: 'marketing' | 'transactional';
  }[];
  readonly due?: readonly DueRow[];
  /** `dueMs` where it is known: a store that keeps them by time finds them by it. One that stays behind is a hint too many. */
  readonly undue?: readonly (Pick<DueRow, 'profileId' | 'subject'> & { readonly dueMs?: number })[];
  readonly facts?: readonly Fact[];
}

/** The store behind the law: load → decide → commit at the version that was read. Reads are strongly consistent. */
export interface ProfileStore {
  /** Follows a merged profile to its winner. */
  load(profileId: string): Promise<Loaded | undefined>;
  owners(keys: readonly IdentityKey[]): Promise<ReadonlyMap<IdentityKey, string>>;
  /** One transaction. @throws StoreUnavailable where the answer was lost */
  commit(change: Change): Promise<'committed' | 'conflict'>;
  /** Which of these messages are in the timeline already, with the attempt that wrote them. */
  seen(profileIds: readonly string[], messageIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Events of a person, oldest first by `(occurredMs, eventId)`. */
  history(profileIds: readonly string[], filter?: HistoryFilter): Promise<readonly StoredEvent[]>;
  /** What became part of these profiles, with what is kept to undo it. */
  merges(profileIds: readonly string[]): Promise<readonly MergeRow[]>;
  enrollments(enrollmentIds: readonly string[]): Promise<readonly Enrollment[]>;
  delivery(deliveryId: string): Promise<Delivery | undefined>;
  task(taskId: string): Promise<Task | undefined>;
  guard(profileIds: readonly string[], journeyId: string, key: string): Promise<EntryGuard | undefined>;
  suppressions(
    addresses: readonly { readonly channel: Channel; readonly addressHash: string }[],
  ): Promise<readonly Suppression[]>;
  /** Which of these hashes are tombstones, with the instant of the erasure. */
  tombstones(hashes: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** What is stopped now; on AWS as of at most 5 s ago. */
  stops(): Promise<Stops>;
  /** What was decided of experiments so far; under the lease of the stops. */
  rulings(): Promise<readonly Ruling[]>;
  /** Answers once all that was committed before this call will survive a power cut. */
  durable(): Promise<void>;
}

/** Under which ids things of one person lie. */
export interface PersonIds {
  readonly profileId: string;
  /** Those that were merged into it. */
  readonly mergedIds: readonly string[];
}
/** Everything that is kept of people beside what the law decides on, kind by kind as the inventory lists it. */
export interface PersonalData {
  /** Which of the inventory's places are its own. */
  readonly place: 'home' | 'aws';
  /** About `most` rows of a kind, as they are kept; without `next` none follow. */
  read(
    holding: HoldingId,
    person: PersonIds,
    page: { readonly after?: string; readonly most: number },
  ): Promise<{ readonly rows: readonly JsonObject[]; readonly next?: string }>;
  /**
   * Deletes some things of a kind; safe to repeat. A deleted event leaves a tombstone, with this instant.
   * @returns how many; 0 once none are left
   */
  erase(holding: HoldingId, person: PersonIds, askedMs: number): Promise<number>;
  /** Whether all that was told of the person has been carried out, so that nobody will ask for it. */
  isSettled(person: PersonIds, askedMs: number): Promise<boolean>;
  receipt(erasureId: string): Promise<Receipt | undefined>;
  /** The latest first. */
  receipts(page: {
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<{ readonly items: readonly Receipt[]; readonly next?: string }>;
  /** Answers once what was deleted can be read in no file of ours any more. */
  scrub(): Promise<void>;
}

/** What stands in the way of journeys, channels or everything: one word per subject. */
export interface Controls {
  list(): Promise<readonly Stop[]>;
  /** In place of what stood there. */
  put(stop: Stop): Promise<void>;
  remove(subject: string): Promise<void>;
  /** Answers once nobody acts any more on what stood before the last change, and it cannot be lost. */
  heeded(): Promise<void>;
}
/** What is counted and decided of experiments, beside people. */
export interface ExperimentStore {
  /** Who met which variant in any of these journeys, each person once; in order of experiment, then variant. */
  counts(journeyIds: readonly string[]): Promise<readonly VariantCounts[]>;
  /** Writes a decision down: an experiment has one winner, and each variant is stopped once; the first stands. */
  rule(ruling: Ruling): Promise<'ruled' | 'stands'>;
}

/** Which of the events that were set aside, in order of the instant that they were, then of their ids. */
export interface QuarantineQuery {
  readonly name?: string;
  readonly order: 'oldest' | 'newest';
  /** Cursor of the page before. */
  readonly after?: string;
  readonly most: number;
}
/**
 * Events that were set aside, each until it is let in, dropped, or expired. They belong to nobody's profile: whoever erases
 * or exports a person asks `ofIdentities` (`core/privacy/quarantined.ts`).
 */
export interface Quarantine {
  /** One that is there already stays as it came first. @returns the ids of those that were not there */
  put(rows: readonly QuarantinedEvent[]): Promise<readonly string[]>;
  /** In the order given; those that are gone are left out. */
  get(ids: readonly string[]): Promise<readonly QuarantinedEvent[]>;
  /** Looks at `most` events; fewer come where some are gone by then. Without a cursor none follow. */
  list(query: QuarantineQuery): Promise<{ readonly rows: readonly QuarantinedEvent[]; readonly cursor?: string }>;
  remove(ids: readonly string[]): Promise<void>;
  /** How many of a name, or of all, are there. */
  count(name?: string): Promise<number>;
  /** Ids of those whose message named any of these identifiers, by the hashes of their tombstones. */
  ofIdentities(identityHashes: readonly string[]): Promise<readonly string[]>;
  /** Adds to the counts of what was wrong, of events that were set aside and of others. */
  note(notes: readonly ProblemNote[]): Promise<void>;
  /** The counts, those last added to first, at most about a thousand. */
  noted(): Promise<readonly ProblemCount[]>;
}

export interface HistoryFilter {
  readonly names?: readonly string[];
  readonly sinceMs?: number;
  /** Only events whose commit made a later version of the profile they were accepted under. */
  readonly afterVersion?: number;
}

export interface DefinitionStore {
  /** What is published now; cached for at most 5 s. */
  current(): Promise<Definitions>;
  /** What was read last is older than what others decide by: the next look reads it anew. */
  outdated(): void;
  /** A pinned journey version. @throws VersionUnknown */
  journey(journeyId: string, version: string): Promise<JourneyVersion>;
}

/** What a template makes of one person. */
export type RenderResult =
  | { readonly kind: 'rendered'; readonly message: RenderedMessage }
  | { readonly kind: 'missing-value'; readonly name: string }
  | { readonly kind: 'reference-missing'; readonly name: string }
  | { readonly kind: 'render-failed'; readonly reason: string };
export interface RenderRequest {
  readonly channel: Channel;
  readonly templateId: string;
  readonly locale: string;
  readonly timeZone: string;
  readonly deliveryId: string;
  readonly profileId: string;
  readonly to: string;
  /** Of a push message. */
  readonly device?: Device;
  readonly purpose: 'marketing' | 'transactional';
  readonly topic?: string;
  readonly context: JsonObject;
}
export interface Content {
  render(request: RenderRequest): Promise<RenderResult>;
}

/** What the provider said; `refused` is definite and may be tried again, `unknown` never is. */
export type HandOver =
  | { readonly kind: 'accepted'; readonly providerId?: string }
  | { readonly kind: 'refused'; readonly reason: string; readonly isPermanent: boolean }
  | { readonly kind: 'unknown'; readonly reason: string };
/** One message's right to a channel, held until its hand-over is over. */
export interface Turn {
  /** May be called more than once. */
  release(): void;
}
export interface Channels {
  /**
   * Waits until a message of this channel can be handed over at once: all waiting lies before the gate.
   * @returns `undefined` where no turn came within `mostMs`
   */
  turn(channel: Channel, mostMs: number): Promise<Turn | undefined>;
  /** At most one provider request per call; never throws, never retries. */
  deliver(deliveryId: string, message: RenderedMessage): Promise<HandOver>;
  /** What became of a hand-over whose answer was lost. */
  reconcile(deliveryId: string, channel: Channel): Promise<'accepted' | 'absent' | 'unknown'>;
}

/** Journeys' executions: Step Functions, or the interpreter. */
export interface Executions {
  /** Idempotent by name. @returns `closed` where one of that name has run and is over */
  start(execution: {
    readonly name: string;
    readonly journeyId: string;
    readonly version: string;
    readonly input: JsonObject;
  }): Promise<'running' | 'closed'>;
  /** `dead` where the token is no longer waited for. */
  succeed(token: string, output: JsonObject): Promise<'done' | 'dead'>;
  fail(token: string, error: string, cause: string): Promise<'done' | 'dead'>;
}

/** A place among those that a limit leaves, in one window of it. */
export interface Place {
  readonly journeyId: string;
  readonly startsMs: number;
  readonly endsMs: number;
  readonly enrollmentId: string;
}
/** How many a limit lets in, counted exactly: a place is an enrollment's, however often it is asked for. */
export interface Places {
  /** @returns whether the enrollment has a place, now or from before */
  take(place: Place, atMost: number): Promise<boolean>;
  /** Of an enrollment that was not made after all; one that had no place changes nothing. */
  give(place: Place): Promise<void>;
}

/** One part of a round: the members of one shard of a segment, or everybody in the order of their rank. */
export interface RoundPart {
  readonly journeyId: string;
  readonly roundId: string;
  readonly part: number | 'ranked';
}
/** How far a part of a round has come. */
export interface RoundProgress extends RoundPart {
  /** When the round was begun, and until when whoever had their instant before is not meant. */
  readonly startedMs: number;
  readonly sinceMs: number;
  /** When the last batch was done. */
  readonly movedMs: number;
  /** After whom the next batch begins. */
  readonly cursor?: string;
  readonly isDone: boolean;
  /** The schedule said another time while this was walked; where it says this one again, the walk begins anew. */
  readonly isClosed?: boolean;
  /** How often that happened. */
  readonly closings?: number;
  /** Outcome → people: `entered`, `later`, `ranked`, `missed`, or why they were refused. */
  readonly counts: { readonly [outcome: string]: number };
}
/** How far the filling of people with what is published has come, in one part of everybody. */
export interface FillProgress {
  /** Of the coverage that people are filled to. */
  readonly number: number;
  readonly part: number;
  readonly startedMs: number;
  readonly movedMs: number;
  /** Where the next batch begins. */
  readonly cursor?: string;
  readonly isDone: boolean;
  /** People who were looked at. */
  readonly people: number;
}
/** What is known of groups. Who is in one stands in the profiles, from which the directory's lists of members are made. */
export interface Groups {
  /** Strongly consistent. */
  group(id: GroupId): Promise<ReadGroup | undefined>;
  /**
   * Writes a group at the version that was read, 0 for "must not exist"; with it, when its members are to be looked at.
   * @throws StoreUnavailable where the answer was lost
   */
  put(group: Group, expectedVersion: number, due?: readonly DueRow[]): Promise<'put' | 'conflict'>;
  /** Parts of a list of members, which are walked side by side. */
  readonly parts: number;
  /** Members whom one due row looks at, before the next has its turn. */
  readonly mostAtOnce: number;
  /** Puts somebody who is a member on the list, where that does not follow from their commit at once. */
  enlist(id: GroupId, profileId: string, sinceMs: number): Promise<void>;
  /** Takes somebody off who was put on it and is a member no more. */
  delist(id: GroupId, profileId: string, sinceMs: number): Promise<void>;
  /** Some members of a part, in an order in which nobody moves back. */
  members(id: GroupId, part: number, after: string | undefined, most: number): Promise<readonly Walked[]>;
}
/** Some of everybody; without a cursor nobody follows. */
export interface PeoplePage {
  readonly profileIds: readonly string[];
  readonly cursor?: string;
}
/** Everybody, part by part, and how far filling them has come. */
export interface Fills {
  /** How many parts everybody is in, numbered from 0. */
  readonly parts: number;
  progress(number: number): Promise<readonly FillProgress[]>;
  /** Writes how far a part has come. */
  advance(progress: FillProgress): Promise<void>;
  /** About `most` people of a part; those who come meanwhile may be among them or not. */
  people(part: number, after: string | undefined, most: number): Promise<PeoplePage>;
}
/** How far counting everybody for the tables of ranks has come, in one part of everybody. */
export interface RankProgress extends FillProgress {
  /** Batches that are counted: the next follows on these. */
  readonly batches: number;
  readonly counts: CountsByTrait;
}
/** Tables of ranks, and what is counted for the next ones. A pass has the number of the coverage that it began with. */
export interface Ranks {
  progress(number: number, part: number): Promise<RankProgress | undefined>;
  /** Of every part that was begun. */
  all(number: number): Promise<readonly RankProgress[]>;
  /** Writes how far a part has come, counts and place at once. @returns `stale` where another has counted this batch, or a later pass began */
  advance(progress: RankProgress): Promise<'advanced' | 'stale'>;
  /** Puts tables into force, in the place of a coverage of that number. @returns `stale` where there is another by now */
  put(coverage: Coverage, before: number): Promise<'made' | 'stale'>;
}
/** Someone in a list that is walked, and where the walk goes on after them. */
export interface Walked {
  readonly profileId: string;
  readonly cursor: string;
}
export interface Candidate {
  readonly profileId: string;
  readonly score: number;
}
/** Until when a schedule was looked at, and since when it is known. */
export interface Looked {
  readonly sinceMs: number;
  readonly untilMs: number;
  /** What it said: another one is seen for the first time. */
  readonly schedule: string;
}
/** How far schedules have come. */
export interface Rounds {
  looked(journeyId: string): Promise<Looked | undefined>;
  look(journeyId: string, looked: Looked): Promise<void>;
  /** Parts of the round that was begun last; none before the first. */
  latest(journeyId: string): Promise<readonly RoundProgress[]>;
  progress(journeyId: string, roundId: string): Promise<readonly RoundProgress[]>;
  /** Writes how far a part has come. */
  advance(progress: RoundProgress): Promise<void>;
  members(segmentId: string, part: number, after: string | undefined, most: number): Promise<readonly Walked[]>;
  /** Puts people in order: the highest score first, ties by a stable hash; safe to repeat. */
  rank(round: Pick<RoundPart, 'journeyId' | 'roundId'>, candidates: readonly Candidate[]): Promise<void>;
  ranked(
    round: Pick<RoundPart, 'journeyId' | 'roundId'>,
    after: string | undefined,
    most: number,
  ): Promise<readonly Walked[]>;
}
