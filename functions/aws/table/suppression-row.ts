import type { Channel } from '../../../core/journey/document.ts';
import { blocks, suppressionScopes, type Suppression, type SuppressionReason } from '../../../core/message/delivery.ts';
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { listPartition, listShards, shardOf, sortable, suppressionKey, suppressionListKey, type Key } from './keys.ts';
import type { Item } from './profile-rows.ts';
import { keyOf } from './table.ts';

const reasons = Object.keys(suppressionScopes) as readonly SuppressionReason[];

/**
 * All that blocks one address stands in one row, so that a gate's transaction can ask for it with one condition. For each
 * reason `at:`, `src:`, and `wide:` where nobody has narrowed it; `all` where anything covers every purpose. Beside it
 * each reason has a row that only lists it, by the time when it began.
 */
export function suppressionUpdates(tableName: string, all: readonly Suppression[]): readonly TransactWriteItem[] {
  const { channel, addressHash } = all[0]!;
  const update = (key: Key, { sets, names, values }: Assignments): TransactWriteItem => ({
    Update: {
      TableName: tableName,
      Key: keyOf(key),
      UpdateExpression: `SET ${sets.join(', ')}`,
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: values,
    },
  });
  const listing = (reason: SuppressionReason, { atMs }: Suppression): TransactWriteItem =>
    update(suppressionListKey(channel, addressHash, reason), {
      sets: ['#lk = :lk', '#ls = if_not_exists(#ls, :ls)'],
      names: { '#lk': 'lk', '#ls': 'ls' },
      values: {
        ':lk': { S: listPartition('s', shardOf(addressHash, listShards)) },
        ':ls': { S: `${sortable(atMs)}#${channel}#${addressHash}#${reason}` },
      },
    });
  // A row stands once in a transaction, however often its reason was given.
  const byReason = Map.groupBy(all, (one) => one.reason);
  return [
    update(suppressionKey(channel, addressHash), blocking(byReason)),
    ...[...byReason].map(([reason, [first]]) => listing(reason, first!)),
  ];
}

interface Assignments {
  readonly sets: readonly string[];
  readonly names: { readonly [mark: string]: string };
  readonly values: Item;
}
function blocking(byReason: ReadonlyMap<SuppressionReason, readonly Suppression[]>): Assignments {
  const sets: string[] = [];
  const names: { [mark: string]: string } = {};
  const values: Item = {};
  // The first stands; a broader one of the same reason widens it.
  const set = (mark: string, attribute: string, value: Item[string]): void => {
    names[`#${mark}`] = attribute;
    values[`:${mark}`] = value;
    sets.push(`#${mark} = if_not_exists(#${mark}, :${mark})`);
  };
  [...byReason].forEach(([reason, given], index) => {
    const { atMs, source } = given[0]!;
    set(`at${index}`, `at:${reason}`, { N: String(atMs) });
    if (source !== undefined) set(`src${index}`, `src:${reason}`, { S: source });
    if (given.some((one) => one.purpose === undefined)) set(`wide${index}`, `wide:${reason}`, { N: '1' });
    if (given.some((one) => blocks(one, 'transactional'))) set('all', 'all', { N: '1' });
  });
  return { sets: [...new Set(sets)], names, values };
}

/** Takes away all that stands in the way of an address. */
export const unsuppress = (tableName: string, channel: Channel, addressHash: string): readonly TransactWriteItem[] =>
  [
    suppressionKey(channel, addressHash),
    ...reasons.map((reason) => suppressionListKey(channel, addressHash, reason)),
  ].map((key) => ({ Delete: { TableName: tableName, Key: keyOf(key) } }));

/** What blocks an address, from its row. */
export function readSuppressions(item: Item): readonly Suppression[] {
  const [, channel, addressHash] = item['pk']!.S!.split('#') as [string, Channel, string];
  return reasons.flatMap((reason) => {
    const at = item[`at:${reason}`]?.N;
    if (at === undefined) return [];
    const source = item[`src:${reason}`]?.S;
    const isNarrow = item[`wide:${reason}`] === undefined;
    return [
      {
        channel,
        addressHash,
        reason,
        atMs: Number(at),
        ...(source !== undefined && { source }),
        ...(isNarrow && { purpose: 'marketing' as const }),
      },
    ];
  });
}

/** That nothing in the way of a message of this purpose stands when the transaction commits. */
export function unlessSuppressed(
  tableName: string,
  {
    channel,
    addressHash,
    purpose,
  }: { readonly channel: Channel; readonly addressHash: string; readonly purpose: 'marketing' | 'transactional' },
): TransactWriteItem {
  const { pk, sk } = suppressionKey(channel, addressHash);
  return {
    ConditionCheck: {
      TableName: tableName,
      Key: { pk: { S: pk }, sk: { S: sk } },
      ...(purpose === 'marketing'
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : { ConditionExpression: 'attribute_not_exists(#all)', ExpressionAttributeNames: { '#all': 'all' } }),
    },
  };
}
