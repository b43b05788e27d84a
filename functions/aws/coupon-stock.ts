import type { CouponPool } from '../../core/journey/document.ts';
import { idOf } from '../../core/hash.ts';
import { inTurns } from '../parts/in-turns.ts';
import { freeCodeKey, freeCodePrefix, givenCodeKey, poolPartition, stockKey, type Key } from './table/keys.ts';
import { keyOf, type Table } from './table/table.ts';

/** Rows written at once: 100,000 codes take about 20 s. */
const mostAtOnce = 25;

/**
 * Takes up the codes of a pool as its document now has them: what is new can be given out, what nobody got and is gone
 * from there cannot any more, and what was given out stays given out. Safe to repeat and to break off: that it is done is
 * written last. A code that is given out meanwhile may be left in a row of this list; whoever meets it takes it away.
 */
export async function stockPool(table: Table, { id, codes }: CouponPool): Promise<void> {
  if (!codes) return;
  const hash = idOf('coupons', ...codes);
  const standing = await table.row(stockKey(id));
  if (standing?.['h']?.S === hash) return;
  const free = new Set(await freeRows(table, id));
  const places = codes.map((code, place) => ({ code, key: freeCodeKey(id, place, code) }));
  const missing = places.filter(({ key }) => !free.has(key.sk));
  await inTurns(missing, mostAtOnce, async ({ code, key }) => {
    if (!(await table.row(givenCodeKey(id, code)))) await table.put(keyOf(key));
  });
  // Only now: a pool whose codes all have other places must not look empty to whoever asks meanwhile.
  const wanted = new Set(places.map(({ key }) => key.sk));
  const gone = [...free].filter((sk) => !wanted.has(sk));
  await inTurns(gone, mostAtOnce, (sk) => table.delete({ pk: poolPartition(id), sk }));
  await table.put({ ...keyOf(stockKey(id)), h: { S: hash }, n: { N: String(codes.length) } });
}

async function freeRows(table: Table, pool: string): Promise<readonly Key['sk'][]> {
  const rows = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :free)',
    ExpressionAttributeValues: { ':pk': { S: poolPartition(pool) }, ':free': { S: freeCodePrefix } },
  });
  return rows.map((row) => row['sk']!.S!);
}
