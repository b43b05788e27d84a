import type { EntryGuard, Enrollment } from '../../../core/enrollment/enrollment.ts';
import type { Exposures } from '../../../core/experiment/exposure.ts';
import type { Delivery } from '../../../core/message/delivery.ts';
import type { DueRow } from '../../../core/ports.ts';
import type { Receipt, Tombstone } from '../../../core/privacy/erasure.ts';
import type { MergeRow } from '../../../core/profile/merge-log.ts';
import type { Task } from '../../../core/task/task.ts';
import {
  deliveryKey,
  erasureKey,
  unsweptKey,
  enrollmentKey,
  guardKey,
  mergeKey,
  listPartition,
  listShards,
  shardOf,
  sortable,
  taskKey,
  tombstoneKey,
  type Key,
} from './keys.ts';
import { expiry } from './event-rows.ts';
import { pack, unpack } from './pack.ts';
import type { Item } from './profile-rows.ts';

const keyItem = ({ pk, sk }: Key): Item => ({ pk: { S: pk }, sk: { S: sk } });

/** Places in the two indexes: under its person, and in the list of its journey. */
const listed = (profileId: string, list: string, id: string, ms: number): Item => ({
  pp: { S: profileId },
  ps: { S: `${sortable(ms)}#${id}` },
  lk: { S: listPartition(list, shardOf(id, listShards)) },
  ls: { S: `${sortable(ms)}#${id}` },
});

/** An enrollment's row; beside its body only what lists are filtered and counted by. */
export function enrollmentItem(row: Enrollment): Item {
  const { enrollmentId, profileId, journeyId, version, status, reason, cursor, goalReachedMs, path, enteredMs } = row;
  const { exposures } = row;
  return {
    ...keyItem(enrollmentKey(enrollmentId)),
    ...listed(profileId, `n#${journeyId}`, enrollmentId, enteredMs),
    ch: { S: version },
    st: { S: status },
    sp: { S: cursor.stepId },
    ...(reason !== undefined && { re: { S: reason } }),
    ...(goalReachedMs !== undefined && { go: { N: String(goalReachedMs) } }),
    ...(exposures && { jo: { S: JSON.stringify([profileId, exposures]) } }),
    ...(path.length > 0 && { pa: { L: path.map((stepId) => ({ S: stepId })) } }),
    b: { B: pack(row) },
  };
}
/** The variants that an enrollment has met, and its profile, as the list of its journey shows them. */
export const readExposures = (item: Item): readonly [profileId: string, exposures: Exposures] =>
  JSON.parse(item['jo']!.S!) as [string, Exposures];
export const readEnrollment = (item: Item): Enrollment => unpack(item['b']!.B!) as unknown as Enrollment;

/** A delivery's row, likewise. */
export function deliveryItem(row: Delivery): Item {
  const { deliveryId, profileId, journeyId, channel, status, reason, stepId, atMs } = row;
  return {
    ...keyItem(deliveryKey(deliveryId)),
    ...listed(profileId, `d#${journeyId}`, deliveryId, atMs),
    ch: { S: channel },
    st: { S: status },
    sp: { S: stepId },
    ...(reason !== undefined && { re: { S: reason } }),
    b: { B: pack(row) },
  };
}
export const readDelivery = (item: Item): Delivery => unpack(item['b']!.B!) as unknown as Delivery;

/** A task's row, listed by its status; lists are filtered by its queue. */
export function taskItem(row: Task): Item {
  const { taskId, profileId, queue, status, createdMs } = row;
  return {
    ...keyItem(taskKey(taskId)),
    ...listed(profileId, taskList(status), taskId, createdMs),
    ch: { S: queue },
    b: { B: pack(row) },
  };
}
export const taskList = (status: Task['status']): string => `k#${status}`;
export const readTask = (item: Item): Task => unpack(item['b']!.B!) as unknown as Task;

/** Why one profile was made of two; kept as long as the person is. */
export const mergeItem = (row: MergeRow): Item => ({
  ...keyItem(mergeKey(row.profileId, row.mergedId)),
  b: { B: pack(row) },
});
export const readMerge = (item: Item): MergeRow => unpack(item['b']!.B!) as unknown as MergeRow;

export const tombstoneItem = ({ hash, atMs, expiresMs }: Tombstone): Item => ({
  ...keyItem(tombstoneKey(hash)),
  at: { N: String(atMs) },
  ...(expiresMs !== undefined && expiry(expiresMs)),
});
export const readTombstone = (item: Item): readonly [hash: string, atMs: number] => [
  item['pk']!.S!.slice(2),
  Number(item['at']!.N),
];

/** A receipt, in the list of all of them. */
export const erasureItem = (row: Receipt): Item => ({
  ...keyItem(erasureKey(row.erasureId)),
  lk: { S: listPartition('z', shardOf(row.erasureId, listShards)) },
  ls: { S: `${sortable(row.askedMs)}#${row.erasureId}` },
  b: { B: pack(row) },
});
/** That an erasure is done but for the lake. */
export const unsweptItem = ({ erasureId, profileId, mergedIds, sinceMs, doneMs = 0 }: Receipt): Item => ({
  ...keyItem(unsweptKey(doneMs, erasureId)),
  b: { B: pack({ erasureId, ids: [profileId, ...mergedIds], sinceMs, doneMs }) },
});
export const readErasure = (item: Item): Receipt => unpack(item['b']!.B!) as unknown as Receipt;

export const guardItem = ({ profileId, journeyId, key, enteredMs, enrollmentId }: EntryGuard): Item => ({
  ...keyItem(guardKey(profileId, journeyId, key)),
  at: { N: String(enteredMs) },
  n: { S: enrollmentId },
});
export function readGuard(item: Item, journeyId: string, key: string): EntryGuard {
  const profileId = item['pk']!.S!.slice(2);
  return { profileId, journeyId, key, enteredMs: Number(item['at']!.N), enrollmentId: item['n']!.S! };
}

const minuteMs = 60_000;
/** So many partitions share the due rows of a minute. */
export const dueShards = 8;
export const minuteOf = (ms: number): number => Math.floor(ms / minuteMs);
export const duePartition = (minute: number, shard: number): string => `u#${minute}#${shard}`;

/** A due row stands under its minute, and never under one that a tick may have read already. */
export function dueKey({ profileId, subject, dueMs }: DueRow, earliestMinute = -Infinity): Key {
  const minute = Math.max(minuteOf(dueMs), earliestMinute);
  return { pk: duePartition(minute, shardOf(profileId, dueShards)), sk: `${sortable(dueMs)}#${profileId}#${subject}` };
}
export const dueItem = (due: DueRow, earliestMinute: number): Item => keyItem(dueKey(due, earliestMinute));
export function readDue(item: Item): DueRow {
  const [dueMs, profileId, ...subject] = item['sk']!.S!.split('#');
  return { profileId: profileId!, subject: subject.join('#'), dueMs: Number(dueMs) };
}
