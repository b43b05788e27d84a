import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Stop, StopKind, Stops } from '../../core/control/stop.ts';
import type { EntryGuard, Enrollment } from '../../core/enrollment/enrollment.ts';
import type { StoredEvent } from '../../core/event/event.ts';
import type { Ruling } from '../../core/experiment/ruling.ts';
import type { Channel } from '../../core/journey/document.ts';
import type { Delivery, Suppression } from '../../core/message/delivery.ts';
import type { Change, Clock, HistoryFilter, IdentityKey, Loaded, ProfileStore } from '../../core/ports.ts';
import type { MergeRow } from '../../core/profile/merge-log.ts';
import { historyIds } from '../../core/profile/profile.ts';
import type { Task } from '../../core/task/task.ts';
import { commitOf } from './table/commit.ts';
import { isExpired, readEvent } from './table/event-rows.ts';
import {
  coldPart,
  controlPartition,
  deliveryKey,
  enrollmentKey,
  eventKey,
  eventPrefix,
  guardKey,
  hotPart,
  identityRowKey,
  mergePrefix,
  profilePartition,
  suppressionKey,
  taskKey,
  tombstoneKey,
} from './table/keys.ts';
import { readProfile, type Item, type ReadProfile } from './table/profile-rows.ts';
import { dueKey, readDelivery, readEnrollment, readGuard, readMerge, readTask, readTombstone } from './table/rows.ts';
import { readRuling, rulingPartition } from './table/rulings.ts';
import { readSuppressions } from './table/suppression-row.ts';
import { Table } from './table/table.ts';

/** Profiles remembered as they were read, so that a commit knows what it changes. */
const mostRemembered = 1_000;
/** How long a read of the control rows counts: a pause waits so long, and 5 s more. */
export const leaseMs = 5_000;
/** A transaction holds no more; messages of one person come in chunks that keep below it. */
const mostItems = 100;
/** A pair of rows from two commits is read again: the second read is one of a commit that is over. */
const mostTornReads = 5;

/** The profile store on one table of DynamoDB. */
export class DynamoProfileStore implements ProfileStore {
  private readonly table: Table;
  private readonly clock: Pick<Clock, 'nowMs'>;
  private readonly remembered = new Map<string, ReadProfile>();
  private lease: { readonly untilMs: number; readonly stops: Stops } | undefined;
  private ruled: { readonly untilMs: number; readonly rulings: readonly Ruling[] } | undefined;

  /** Told of each word that a decision itself has written. */
  onStop: ((stop: Stop) => void) | undefined;

  constructor(client: DynamoDBClient, tableName: string, clock: Pick<Clock, 'nowMs'>) {
    this.table = new Table(client, tableName);
    this.clock = clock;
  }

  async load(profileId: string): Promise<Loaded | undefined> {
    let loaded = await this.follow(profileId);
    const isTakenOut = loaded?.profile.apart !== undefined && !historyIds(loaded.profile).includes(profileId);
    // A merge was undone between two of the reads.
    if (isTakenOut) loaded = await this.follow(profileId);
    return loaded && { profile: loaded.profile, version: loaded.version };
  }
  private async follow(profileId: string): Promise<ReadProfile | undefined> {
    let read = await this.read(profileId);
    while (read?.profile.mergedInto !== undefined) read = await this.read(read.profile.mergedInto);
    return read;
  }

  private async read(profileId: string): Promise<ReadProfile | undefined> {
    for (let tries = 1; ; tries++) {
      const items = await this.table.query({
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':pk': { S: profilePartition(profileId) },
          ':from': { S: hotPart },
          ':to': { S: coldPart },
        },
      });
      const found = readProfile(profileId, items);
      if (found !== 'torn') {
        if (found) this.remember(found);
        return found;
      }
      if (tries >= mostTornReads) throw new RangeError(`The rows of ${profileId} do not belong together.`);
    }
  }
  private remember(read: ReadProfile): void {
    const { profileId } = read.profile;
    this.remembered.delete(profileId);
    this.remembered.set(profileId, read);
    if (this.remembered.size > mostRemembered) this.remembered.delete(this.remembered.keys().next().value!);
  }

  async owners(keys: readonly IdentityKey[]): Promise<ReadonlyMap<IdentityKey, string>> {
    if (keys.length === 0) return new Map();
    const rows = await this.table.get(keys.map(identityRowKey));
    return new Map(rows.map((row) => [row['pk']!.S!.slice(2), row['o']!.S!]));
  }

  async commit(change: Change): Promise<'committed' | 'conflict'> {
    if (await this.isSeenBeforeMerge(change)) return 'conflict';
    await this.readWhatIsUnknown(change);
    const leaving = await this.leaving(change);
    if (!leaving) return 'conflict';
    const { items, written } = commitOf({
      change,
      leaving,
      tableName: this.table.name,
      nowMs: this.clock.nowMs(),
      before: (profileId) => this.remembered.get(profileId),
    });
    if (items.length > mostItems)
      throw new RangeError(`A change of ${items.length} rows does not fit in one transaction of ${mostItems}.`);
    const outcome = await this.table.write(items);
    // Somebody else's word, or this one, is seen at the next look.
    if (change.stops?.length) this.lease = undefined;
    if (outcome === 'conflict') return outcome;
    for (const stop of change.stops ?? []) this.onStop?.(stop);
    for (const one of written) this.remember(one);
    await this.forget(change);
    return outcome;
  }

  /** Rows of events that become part of another timeline; `undefined` where one is not there any more. */
  private async leaving({ moves = [] }: Change): Promise<ReadonlyMap<string, Item> | undefined> {
    if (moves.length === 0) return new Map();
    const rows = await this.table.get(moves.map(({ from, eventId }) => eventKey(from, eventId)));
    if (rows.length < moves.length) return undefined;
    return new Map(rows.map((row) => [row['sk']!.S!.slice(eventPrefix.length), row]));
  }

  /** Due rows that were moved or are over; one that stays behind is a hint too many. */
  private async forget({ undue = [] }: Change): Promise<void> {
    const gone = undue.flatMap(({ dueMs, ...rest }) => (dueMs === undefined ? [] : [dueKey({ ...rest, dueMs })]));
    await Promise.allSettled(gone.map((key) => this.table.delete(key)));
  }

  /** What a commit changes of a profile is told by what was read of it; nearly always the loop has just read it. */
  private async readWhatIsUnknown({ profiles }: Change): Promise<void> {
    for (const { profile, expectedVersion } of profiles) {
      const isKnown = this.remembered.get(profile.profileId)?.version === expectedVersion;
      if (expectedVersion > 0 && !isKnown) await this.read(profile.profileId);
      if (expectedVersion === 0) this.remembered.delete(profile.profileId);
    }
  }

  /**
   * What was accepted under a merged id must not be accepted again under its winner's. Nothing is written under a merged
   * id any more, so that a read is enough.
   */
  private async isSeenBeforeMerge({ profiles, events = [] }: Change): Promise<boolean> {
    const keys = profiles.flatMap(({ profile }) =>
      profile.mergedIds.flatMap((merged) =>
        events
          .filter((event) => event.profileId === profile.profileId)
          .map((event) => eventKey(merged.profileId, event.eventId)),
      ),
    );
    if (keys.length === 0) return false;
    const nowMs = this.clock.nowMs();
    return (await this.table.get(keys)).some((row) => !isExpired(row, nowMs));
  }

  async seen(profileIds: readonly string[], messageIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const keys = profileIds.flatMap((profileId) => messageIds.map((messageId) => eventKey(profileId, messageId)));
    if (keys.length === 0) return new Map();
    const nowMs = this.clock.nowMs();
    const rows = (await this.table.get(keys)).filter((row) => !isExpired(row, nowMs));
    return new Map(rows.map((row) => [row['sk']!.S!.slice(eventPrefix.length), row['a']!.S!]));
  }

  async history(profileIds: readonly string[], filter: HistoryFilter = {}): Promise<readonly StoredEvent[]> {
    const nowMs = this.clock.nowMs();
    const rows = await Promise.all(profileIds.map((profileId) => this.eventsOf(profileId, filter)));
    return rows
      .flat()
      .filter((row) => !isExpired(row, nowMs))
      .map(readEvent)
      .sort((a, b) => a.occurredMs - b.occurredMs || (a.eventId < b.eventId ? -1 : 1));
  }
  private eventsOf(profileId: string, { names, sinceMs, afterVersion }: HistoryFilter): Promise<readonly Item[]> {
    if (names?.length === 0) return Promise.resolve([]);
    const values: Item = { ':pk': { S: profilePartition(profileId) }, ':e': { S: eventPrefix } };
    const clauses: string[] = [];
    if (names) {
      const marks = [...new Set(names)].map((name, index) => {
        values[`:n${index}`] = { S: name };
        return `n = :n${index}`;
      });
      clauses.push(`(${marks.join(' OR ')})`);
    }
    if (sinceMs !== undefined) {
      values[':since'] = { N: String(sinceMs) };
      clauses.push('#at >= :since');
    }
    if (afterVersion !== undefined) {
      values[':after'] = { N: String(afterVersion) };
      clauses.push('v > :after');
    }
    return this.table.query({
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :e)',
      ExpressionAttributeValues: values,
      ...(clauses.length > 0 && { FilterExpression: clauses.join(' AND ') }),
      ...(sinceMs !== undefined && { ExpressionAttributeNames: { '#at': 'at' } }),
    });
  }

  async merges(profileIds: readonly string[]): Promise<readonly MergeRow[]> {
    const rows = await Promise.all(
      profileIds.map((profileId) =>
        this.table.query({
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :x)',
          ExpressionAttributeValues: { ':pk': { S: profilePartition(profileId) }, ':x': { S: mergePrefix } },
        }),
      ),
    );
    return rows.flat().map(readMerge);
  }

  async enrollments(enrollmentIds: readonly string[]): Promise<readonly Enrollment[]> {
    if (enrollmentIds.length === 0) return [];
    const rows = (await this.table.get(enrollmentIds.map(enrollmentKey))).map(readEnrollment);
    const byId = new Map(rows.map((row) => [row.enrollmentId, row]));
    return enrollmentIds.flatMap((id) => byId.get(id) ?? []);
  }

  async delivery(deliveryId: string): Promise<Delivery | undefined> {
    const [row] = await this.table.get([deliveryKey(deliveryId)]);
    return row && readDelivery(row);
  }

  async task(taskId: string): Promise<Task | undefined> {
    const [row] = await this.table.get([taskKey(taskId)]);
    return row && readTask(row);
  }

  async guard(profileIds: readonly string[], journeyId: string, key: string): Promise<EntryGuard | undefined> {
    const rows = await this.table.get(profileIds.map((profileId) => guardKey(profileId, journeyId, key)));
    return rows
      .map((row) => readGuard(row, journeyId, key))
      .reduce<EntryGuard | undefined>(
        (latest, one) => (one.enteredMs > (latest?.enteredMs ?? -Infinity) ? one : latest),
        undefined,
      );
  }

  async suppressions(
    addresses: readonly { readonly channel: Channel; readonly addressHash: string }[],
  ): Promise<readonly Suppression[]> {
    if (addresses.length === 0) return [];
    const rows = await this.table.get(addresses.map((one) => suppressionKey(one.channel, one.addressHash)));
    return rows.flatMap(readSuppressions);
  }

  async tombstones(hashes: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const nowMs = this.clock.nowMs();
    const rows = hashes.length === 0 ? [] : await this.table.get(hashes.map(tombstoneKey));
    return new Map(rows.filter((row) => !isExpired(row, nowMs)).map(readTombstone));
  }

  async stops(): Promise<Stops> {
    const nowMs = this.clock.nowMs();
    if (this.lease && nowMs < this.lease.untilMs) return this.lease.stops;
    const rows = await this.table.query({
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: controlPartition } },
    });
    const stops = new Map(rows.map((row) => [row['sk']!.S!, row['k']!.S as StopKind]));
    this.lease = { untilMs: nowMs + leaseMs, stops };
    return stops;
  }

  async rulings(): Promise<readonly Ruling[]> {
    const nowMs = this.clock.nowMs();
    if (this.ruled && nowMs < this.ruled.untilMs) return this.ruled.rulings;
    const rows = await this.table.query({
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: rulingPartition } },
    });
    const rulings = rows.map(readRuling);
    this.ruled = { untilMs: nowMs + leaseMs, rulings };
    return rulings;
  }

  /** A commit is answered once it is durable. */
  durable(): Promise<void> {
    return Promise.resolve();
  }
}
