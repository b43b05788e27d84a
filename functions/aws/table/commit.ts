import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { Change, EventRow, Fact } from '../../../core/ports.ts';
import { eventItem, factsItem, keptMs, movedItems } from './event-rows.ts';
import { eventKey, identityRowKey } from './keys.ts';
import { coldItem, hotItem, isColdSame, type Item, type ReadProfile } from './profile-rows.ts';
import {
  deliveryItem,
  dueItem,
  enrollmentItem,
  erasureItem,
  guardItem,
  mergeItem,
  minuteOf,
  taskItem,
  tombstoneItem,
  unsweptItem,
} from './rows.ts';
import { controlItem } from './control-row.ts';
import { membershipChanges } from './memberships.ts';
import { suppressionUpdates, unlessSuppressed, unsuppress } from './suppression-row.ts';
import { keyOf } from './table.ts';

/** What a commit is made of beside the change itself. */
export interface CommitInput {
  readonly change: Change;
  readonly tableName: string;
  readonly nowMs: number;
  /** Rows of the events that the change moves, by event. */
  readonly leaving: ReadonlyMap<string, Item>;
  /** Each profile as it was read; absent for one that does not exist yet. */
  readonly before: (profileId: string) => ReadProfile | undefined;
}
export interface Commit {
  /** One transaction. */
  readonly items: readonly TransactWriteItem[];
  /** The profiles as they are once it holds. */
  readonly written: readonly ReadProfile[];
}

const isNew = 'attribute_not_exists(pk)';

/** The transaction of a change: every row that it writes, and every condition that it rests on. */
export function commitOf(input: CommitInput): Commit {
  const { change, tableName, nowMs } = input;
  const put = (
    item: Item,
    condition?: Pick<NonNullable<TransactWriteItem['Put']>, 'ConditionExpression' | 'ExpressionAttributeValues'>,
  ): TransactWriteItem => ({
    Put: { TableName: tableName, Item: item, ...condition },
  });
  const written = change.profiles.map((one) => become(one, input));
  const versions = new Map(written.map(({ profile, version }) => [profile.profileId, version]));
  const versionOf = (profileId: string): number => {
    const version = versions.get(profileId);
    if (version === undefined) throw new RangeError(`Rows of ${profileId}, which this change does not commit.`);
    return version;
  };
  const facts = placeFacts(change);
  const earliestMinute = minuteOf(nowMs) + 1;
  const items = [
    ...written.flatMap(({ profile, version, coldVersion }) => {
      const expected = version - 1;
      const changed = membershipChanges(input.before(profile.profileId)?.profile, profile);
      const hot = put(
        { ...hotItem(profile, version, coldVersion), ...changed },
        expected === 0
          ? { ConditionExpression: isNew }
          : { ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': { N: String(expected) } } },
      );
      return coldVersion === version ? [hot, put(coldItem(profile, version))] : [hot];
    }),
    ...(change.events ?? []).map((event) =>
      put(eventItem(event, versionOf(event.profileId), facts.byEvent.get(event) ?? []), {
        // What TTL has not taken away yet is as if it had.
        ConditionExpression: `${isNew} OR expires <= :now`,
        ExpressionAttributeValues: { ':now': { N: String(Math.floor(nowMs / 1_000)) } },
      }),
    ),
    ...[...facts.byProfile].map(([profileId, told]) =>
      put(factsItem(profileId, versionOf(profileId), told, nowMs + keptMs)),
    ),
    ...(change.identities ?? []).map(({ key, profileId, from }) => {
      const item: Item = { ...keyOf(identityRowKey(key)), o: { S: profileId } };
      if (from === undefined) return put(item, { ConditionExpression: isNew });
      return put(item, { ConditionExpression: 'o = :from', ExpressionAttributeValues: { ':from': { S: from } } });
    }),
    ...(change.disowned ?? []).map(({ key, from }) => ({
      Delete: {
        TableName: tableName,
        Key: keyOf(identityRowKey(key)),
        ConditionExpression: 'o = :from',
        ExpressionAttributeValues: { ':from': { S: from } },
      },
    })),
    ...(change.tombstones ?? []).map((one) => put(tombstoneItem(one))),
    ...(change.erasures ?? []).flatMap((one) => [
      put(erasureItem(one)),
      ...(one.status === 'done' ? [put(unsweptItem(one))] : []),
    ]),
    ...(change.merges ?? []).map((merge) => put(mergeItem(merge))),
    ...(change.moves ?? []).flatMap((move) => {
      const row = input.leaving.get(move.eventId)!;
      const { arrives, stays } = movedItems(row, move);
      const gone: TransactWriteItem = {
        Delete: {
          TableName: tableName,
          Key: keyOf(eventKey(move.from, move.eventId)),
          ConditionExpression: 'attribute_exists(pk)',
        },
      };
      return [put(arrives, { ConditionExpression: isNew }), gone, ...(stays ? [put(stays)] : [])];
    }),
    ...(change.enrollments ?? []).map((one) =>
      put(enrollmentItem(one.row), one.isNew ? { ConditionExpression: isNew } : undefined),
    ),
    ...(change.deliveries ?? []).map((one) =>
      put(deliveryItem(one.row), one.isNew ? { ConditionExpression: isNew } : undefined),
    ),
    ...(change.guards ?? []).map((guard) => put(guardItem(guard))),
    ...(change.tasks ?? []).map((one) =>
      put(taskItem(one.row), one.isNew ? { ConditionExpression: isNew } : undefined),
    ),
    ...[...Map.groupBy(change.suppressions ?? [], (one) => `${one.channel}#${one.addressHash}`).values()].flatMap(
      (all) => suppressionUpdates(tableName, all),
    ),
    ...(change.unsuppressions ?? []).flatMap((one) => unsuppress(tableName, one.channel, one.addressHash)),
    ...(change.unless ?? []).map((one) => unlessSuppressed(tableName, one)),
    ...(change.stops ?? []).map((stop) => put(controlItem(stop), { ConditionExpression: isNew })),
    ...(change.due ?? []).map((due) => put(dueItem(due, earliestMinute))),
  ];
  return { items, written };
}

/** A profile at the version that this commit makes; its cold part is written again only where it changed. */
function become({ expectedVersion, profile }: Change['profiles'][number], { before }: CommitInput): ReadProfile {
  const version = expectedVersion + 1;
  const standing = before(profile.profileId);
  const isKept = standing?.version === expectedVersion && isColdSame(standing.profile, profile);
  return { profile, version, coldVersion: isKept ? standing.coldVersion : version };
}

/** Facts stand in the last event of their person, else in a row of their own. */
function placeFacts({ facts = [], events = [] }: Change): {
  readonly byEvent: ReadonlyMap<EventRow, readonly Fact[]>;
  readonly byProfile: ReadonlyMap<string, readonly Fact[]>;
} {
  const byEvent = new Map<EventRow, readonly Fact[]>();
  const byProfile = new Map<string, readonly Fact[]>();
  for (const [profileId, told] of Map.groupBy(facts, (fact) => fact.profileId)) {
    const event = events.findLast((one) => one.profileId === profileId);
    if (event) byEvent.set(event, told);
    else byProfile.set(profileId, told);
  }
  return { byEvent, byProfile };
}
