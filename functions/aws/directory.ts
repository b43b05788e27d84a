import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Enrollment } from '../../core/enrollment/enrollment.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Delivery, Suppression } from '../../core/message/delivery.ts';
import type { Message as RenderedMessage } from '../../core/message/message.ts';
import type { MergeRow } from '../../core/profile/merge-log.ts';
import type { Task } from '../../core/task/task.ts';
import type {
  DeliveryFilter,
  Directory,
  JourneyCounts,
  Page,
  PageQuery,
  TaskFilter,
  TimelineItem,
} from '../parts/http/directory.ts';
import type { Clock } from '../../core/ports.ts';
import type { DynamoDefinitions } from './definition-store.ts';
import { countJourney, type Tally } from './journey-counts.ts';
import { realClock } from './real-clock.ts';
import { factsIn, isExpired, readEvent } from './table/event-rows.ts';
import {
  eventPrefix,
  factsPrefix,
  mergePrefix,
  listPartition,
  listShards,
  messageKey,
  profilePartition,
  shardOf,
  sortable,
  suppressionListKey,
  suppressionPart,
} from './table/keys.ts';
import { memberPartition, readMember } from './table/memberships.ts';
import { cursorAt, newestRows, openSortKey, type ListPlace } from './table/newest.ts';
import { unpack } from './table/pack.ts';
import type { Item } from './table/profile-rows.ts';
import { readDelivery, readEnrollment, readMerge, readTask, taskList } from './table/rows.ts';
import { readSuppressions } from './table/suppression-row.ts';
import { Table } from './table/table.ts';

const timelineFacts: ReadonlySet<string> = new Set(['segment', 'enrollment', 'consent', 'conflict']);
const lists = { name: 'lists', pk: 'lk', sk: 'ls' } as const;
const people = { name: 'people', pk: 'pp', sk: 'ps' } as const;
const shardsOf = (list: string): readonly string[] =>
  Array.from({ length: listShards }, (_, shard) => listPartition(list, shard));

/** One page of what was read whole, newest first. */
function sortedPage<T>(all: readonly Sorted<T>[], { limit, cursor }: PageQuery): Page<T> {
  const before = cursor === undefined ? undefined : openSortKey(cursor);
  const rows = all
    .filter(({ sortKey }) => before === undefined || sortKey < before)
    .sort((a, b) => (a.sortKey < b.sortKey ? 1 : -1));
  const last = rows.slice(0, limit).at(-1);
  return {
    items: rows.slice(0, limit).map(({ sortKey: _, ...item }) => item as T),
    ...(rows.length > limit && last && { next: cursorAt(last.sortKey) }),
  };
}

/** The lists that people look at, over the table's own indexes. */
export class DynamoDirectory implements Directory {
  private readonly table: Table;
  private readonly definitions: Pick<DynamoDefinitions, 'current' | 'journeyIds'>;
  private readonly clock: Pick<Clock, 'nowMs'>;

  constructor(
    client: DynamoDBClient,
    tableName: string,
    definitions: Pick<DynamoDefinitions, 'current' | 'journeyIds'>,
    clock: Pick<Clock, 'nowMs'> = realClock,
  ) {
    this.table = new Table(client, tableName);
    this.definitions = definitions;
    this.clock = clock;
  }

  async timeline(profileIds: readonly string[], { limit, cursor }: PageQuery): Promise<Page<TimelineItem>> {
    const [events, deliveries, tasks] = await Promise.all([
      Promise.all(profileIds.map((id) => this.happened(id))),
      this.ofPeople(profileIds, 'd#', { limit: Infinity }, readDelivery),
      this.ofPeople(profileIds, 'k#', { limit: Infinity }, readTask),
    ]);
    const all = [...events.flat(), ...deliveries.items.map(deliveryItem), ...tasks.items.map(taskLine)];
    return sortedPage(all, { limit, ...(cursor !== undefined && { cursor }) });
  }

  /** Events and facts of a profile. They lie by id, since a message must be known again: all of them are read. */
  private async happened(profileId: string): Promise<readonly Sorted<TimelineItem>[]> {
    const rows = await this.rowsOf(profileId);
    return rows.flatMap((row) => [
      ...(row['sk']!.S!.startsWith(eventPrefix) ? [eventOf(row)] : []),
      ...factsIn(row)
        .filter(({ kind }) => timelineFacts.has(kind))
        .map(({ kind, name, atMs, detail, version, index, profileId }) => ({
          kind: kind as TimelineItem['kind'],
          name,
          atMs,
          detail: { detail },
          sortKey: `${sortable(atMs)}#${sortable(version)}/1/${sortable(index)}#${profileId}`,
        })),
    ]);
  }
  private partOf(profileId: string, prefix: string): Promise<readonly Item[]> {
    return this.table.query({
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': { S: profilePartition(profileId) }, ':prefix': { S: prefix } },
    });
  }
  private async rowsOf(profileId: string): Promise<readonly Item[]> {
    const nowMs = this.clock.nowMs();
    const parts = [eventPrefix, factsPrefix].map((prefix) => this.partOf(profileId, prefix));
    return (await Promise.all(parts)).flat().filter((row) => !isExpired(row, nowMs));
  }

  async mergesOf(profileIds: readonly string[], page: PageQuery): Promise<Page<MergeRow>> {
    const rows = await Promise.all(profileIds.map((id) => this.partOf(id, mergePrefix)));
    const merges = rows.flat().map(readMerge);
    return sortedPage(
      merges.map((row) => ({ ...row, sortKey: `${sortable(row.atMs)}#${sortable(row.version)}#${row.mergedId}` })),
      page,
    );
  }
  async enrollmentsOf(profileIds: readonly string[], page: PageQuery): Promise<Page<Enrollment>> {
    return this.ofPeople(profileIds, 'n#', page, readEnrollment);
  }
  async deliveriesOf(profileIds: readonly string[], page: PageQuery): Promise<Page<Delivery>> {
    return this.ofPeople(profileIds, 'd#', page, readDelivery);
  }
  private ofPeople<T>(
    partitions: readonly string[],
    prefix: string,
    page: PageQuery,
    read: (item: Item) => T,
  ): Promise<Page<T>> {
    const filter = { expression: 'begins_with(pk, :prefix)', values: { ':prefix': { S: prefix } } };
    return this.whole({ partitions, index: people, filter }, page, read);
  }

  /** A page of an index, with the rows themselves: indexes carry only what lists are filtered by. */
  private async whole<T>(place: ListPlace, page: PageQuery, read: (item: Item) => T): Promise<Page<T>> {
    const { items, ...next } = await newestRows(this.table, place, page);
    const keys = items.map(({ item }) => ({ pk: item['pk']!.S!, sk: item['sk']!.S! }));
    const rows = new Map((await this.table.get(keys)).map((row) => [row['pk']!.S!, row]));
    return { items: keys.flatMap(({ pk }) => (rows.has(pk) ? [read(rows.get(pk)!)] : [])), ...next };
  }

  async members(
    kind: 'segment' | 'audience' | 'group',
    id: string,
    page: PageQuery,
  ): Promise<Page<{ readonly profileId: string; readonly sinceMs: number }>> {
    const partitions = Array.from({ length: listShards }, (_, shard) => memberPartition(kind, id, shard));
    const { items, ...next } = await newestRows(this.table, { partitions }, page);
    return { items: items.map(({ item }) => readMember(item)), ...next };
  }
  async memberCounts(kind: 'segment' | 'audience'): Promise<{ readonly [id: string]: number }> {
    const { segments, audiences } = await this.definitions.current();
    const counted = (kind === 'segment' ? segments : audiences).map(async ({ id }) => {
      const shards = Array.from({ length: listShards }, (_, shard) =>
        this.table.count({
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: memberPartition(kind, id, shard) } },
        }),
      );
      return [id, (await Promise.all(shards)).reduce((sum, n) => sum + n, 0)] as const;
    });
    return Object.fromEntries((await Promise.all(counted)).filter(([, members]) => members > 0));
  }

  async enrollmentsIn(journeyId: string, status: string | undefined, page: PageQuery): Promise<Page<Enrollment>> {
    const place = { partitions: shardsOf(`n#${journeyId}`), index: lists };
    const filter = { expression: 'st = :status', values: { ':status': { S: status ?? '' } } };
    return this.whole(status === undefined ? place : { ...place, filter }, page, readEnrollment);
  }

  async journeyCounts(journeyId: string): Promise<JourneyCounts> {
    const all = async (list: string): Promise<readonly Tally[]> => {
      const shards = shardsOf(list).map((partition) =>
        this.table.query({
          IndexName: lists.name,
          KeyConditionExpression: 'lk = :lk',
          ExpressionAttributeValues: { ':lk': { S: partition } },
        }),
      );
      return (await Promise.all(shards)).flat().map(tallyOf);
    };
    const [enrollments, deliveries] = await Promise.all([all(`n#${journeyId}`), all(`d#${journeyId}`)]);
    return countJourney(enrollments, deliveries);
  }

  async deliveries({ journeyId, channel, status }: DeliveryFilter, page: PageQuery): Promise<Page<Delivery>> {
    const journeys = journeyId === undefined ? await this.definitions.journeyIds() : [journeyId];
    const clauses: string[] = [];
    const values: Item = {};
    if (channel !== undefined) {
      clauses.push('ch = :channel');
      values[':channel'] = { S: channel };
    }
    if (status !== undefined) {
      // Outside the store an authorised message that is being handed over reads as pending.
      clauses.push(status === 'pending' ? 'st IN (:status, :handing)' : 'st = :status');
      values[':status'] = { S: status };
      if (status === 'pending') values[':handing'] = { S: 'handing' };
    }
    const place = { partitions: journeys.flatMap((id) => shardsOf(`d#${id}`)), index: lists };
    const filter = { expression: clauses.join(' AND '), values };
    return this.whole(clauses.length === 0 ? place : { ...place, filter }, page, readDelivery);
  }
  async tasks({ queue, status }: TaskFilter, page: PageQuery): Promise<Page<Task>> {
    const found = status === undefined ? (['open', 'done'] as const) : [status];
    const place = { partitions: found.flatMap((one) => shardsOf(taskList(one))), index: lists };
    const filter = { expression: 'ch = :queue', values: { ':queue': { S: queue ?? '' } } };
    return this.whole(queue === undefined ? place : { ...place, filter }, page, readTask);
  }
  async message(deliveryId: string): Promise<RenderedMessage | undefined> {
    const [row] = await this.table.get([messageKey(deliveryId)]);
    if (!row || isExpired(row, this.clock.nowMs())) return undefined;
    return unpack(row['b']!.B!) as unknown as RenderedMessage;
  }

  async refusalsOf(
    profileIds: readonly string[],
    journeyId: string,
  ): Promise<readonly { readonly atMs: number; readonly reason: string }[]> {
    const rows = (await Promise.all(profileIds.map((id) => this.rowsOf(id)))).flat();
    return rows
      .flatMap(factsIn)
      .filter(({ kind, name }) => kind === 'entry' && name === journeyId)
      .sort((a, b) => b.atMs - a.atMs || b.version - a.version || b.index - a.index)
      .slice(0, 100)
      .map(({ atMs, detail }) => ({ atMs, reason: String(detail['refused']) }));
  }

  async suppressions(
    channel: string | undefined,
    addressHash: string | undefined,
    page: PageQuery,
  ): Promise<Page<Suppression>> {
    const prefix = channel === undefined ? 's#' : `s#${channel}#`;
    const filter = {
      expression: `begins_with(pk, :prefix)${addressHash === undefined ? '' : ' AND contains(pk, :hash)'}`,
      values: { ':prefix': { S: prefix }, ...(addressHash !== undefined && { ':hash': { S: addressHash } }) },
    };
    const shard = addressHash === undefined ? shardsOf('s') : [listPartition('s', shardOf(addressHash, listShards))];
    const { items, ...next } = await newestRows(this.table, { partitions: shard, index: lists, filter }, page);
    const rows = await this.table.get(items.map(({ item }) => ({ pk: item['pk']!.S!, sk: suppressionPart })));
    const byAddress = new Map(rows.map((row) => [row['pk']!.S!, readSuppressions(row)]));
    const found = items.flatMap(({ item: { pk, sk } }) =>
      (byAddress.get(pk!.S!) ?? []).filter(
        (one) => sk!.S! === suppressionListKey(one.channel, one.addressHash, one.reason).sk,
      ),
    );
    return { items: found, ...next };
  }
}

type Sorted<T> = T & { readonly sortKey: string };

function eventOf(row: Item): Sorted<TimelineItem> {
  const { profileId, eventId, name, occurredMs, version, ...rest } = readEvent(row);
  const { type, properties, context, receivedMs, isSilent, note } = rest;
  const event = {
    type,
    properties,
    context,
    receivedMs,
    ...(isSilent && { isSilent }),
    ...(note !== undefined && { note }),
  };
  return {
    kind: 'event',
    name,
    atMs: occurredMs,
    detail: { eventId, event: event as JsonObject },
    sortKey: `${sortable(occurredMs)}#${sortable(version)}/0/${eventId}#${profileId}`,
  };
}
const deliveryItem = (row: Delivery): Sorted<TimelineItem> => ({
  kind: 'delivery',
  name: row.template,
  atMs: row.atMs,
  detail: { delivery: row as unknown as JsonObject },
  sortKey: `${sortable(row.atMs)}#a/${row.deliveryId}`,
});

const taskLine = (row: Task): Sorted<TimelineItem> => ({
  kind: 'task',
  name: row.queue,
  atMs: row.createdMs,
  detail: { task: row as unknown as JsonObject },
  sortKey: `${sortable(row.createdMs)}#b/${row.taskId}`,
});

const tallyOf = (item: Item): Tally => ({
  status: item['st']!.S!,
  stepId: item['sp']!.S!,
  path: (item['pa']?.L ?? []).map((one) => one.S!),
  hasReachedGoal: item['go'] !== undefined,
  ...(item['re']?.S !== undefined && { reason: item['re'].S }),
});
