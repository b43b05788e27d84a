import type { OutgoingFact } from '../../core/ports.ts';
import type { RedriveAnswer, RedriveOptions } from './redrive.ts';
import { listMemberships } from './redrive-members.ts';
import { factsIn, isExpired } from './table/event-rows.ts';
import { eventPrefix, hotKey, profilePartition } from './table/keys.ts';
import type { Item } from './table/profile-rows.ts';
import { Table } from './table/table.ts';

/** One person's facts, published again from their own rows. */
export interface ProfileTask {
  readonly kind: 'profile';
  readonly profileId: string;
  /** Facts of commits from then on. */
  readonly sinceMs?: number;
  /** Where an earlier call came to. */
  readonly after?: string;
}

/** Rows read by one request, whose facts are published together. */
const rowsAtOnce = 200;
const mostTries = 4;
/** Just behind the last row of facts: `$` follows `#`. */
const behindFacts = 'f$';

/**
 * Publishes again what a person's rows of events and facts tell, and puts the lists right that they are a member of. Only
 * rows under this id: those of people who were merged into them lie under theirs.
 */
export async function redriveProfile(
  options: RedriveOptions,
  task: ProfileTask,
  untilMs: number,
): Promise<RedriveAnswer> {
  const table = new Table(options.client, options.tableName);
  let [carried, failed, after, isMore] = [0, 0, task.after, true];
  const isKnown = (await table.row(hotKey(task.profileId))) !== undefined;
  while (isMore && options.clock.nowMs() < untilMs) {
    const rows = await rowsAfter(table, task.profileId, after);
    const told = toldIn(rows, options.clock.nowMs());
    await listMemberships(table, options.clock, task.profileId, told);
    const facts = told.filter(({ isOutgoing, atMs }) => isOutgoing && atMs >= (task.sinceMs ?? -Infinity));
    const refused = await publish(options, facts);
    failed += refused.length;
    carried += facts.length - refused.length;
    after = rows.at(-1)?.['sk']?.S ?? after;
    isMore = rows.length === rowsAtOnce;
  }
  return { carried, failed, isMore, isKnown, ...(isMore && after !== undefined && { next: after }) };
}

/** Rows of events, then of facts: their sort keys follow each other. */
function rowsAfter(table: Table, profileId: string, after: string | undefined): Promise<readonly Item[]> {
  return table.query(
    {
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: {
        ':pk': { S: profilePartition(profileId) },
        ':from': { S: after === undefined ? eventPrefix : `${after}\u0000` },
        ':to': { S: behindFacts },
      },
    },
    rowsAtOnce,
  );
}

const toldIn = (rows: readonly Item[], nowMs: number): readonly OutgoingFact[] =>
  rows.filter((row) => !isExpired(row, nowMs)).flatMap(factsIn);

/** @returns facts that the bus did not take however often it was asked */
async function publish(
  { bus, clock, onFailed }: RedriveOptions,
  facts: readonly OutgoingFact[],
): Promise<readonly OutgoingFact[]> {
  let left = facts;
  let reason: unknown = new Error('The bus did not take it.');
  for (let tries = 1; left.length > 0 && tries <= mostTries; tries++) {
    if (tries > 1) await clock.backOff(tries);
    try {
      left = await bus.publish(left);
    } catch (error) {
      reason = error;
    }
  }
  for (const { profileId, version, index } of left) onFailed(`${profileId}/${version}/${index}`, reason);
  return left;
}
