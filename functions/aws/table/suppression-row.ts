import type { Channel } from '../../../core/journey/document.ts';
import { blocks, suppressionScopes, type Suppression, type SuppressionReason } from '../../../core/message/delivery.ts';
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { listPartition, listShards, shardOf, sortable, suppressionKey } from './keys.ts';
import type { Item } from './profile-rows.ts';

const reasons = Object.keys(suppressionScopes) as readonly SuppressionReason[];

/**
 * All that blocks one address stands in one row, so that a gate's transaction can ask for it with one condition. For each
 * reason `at:`, `src:`, and `wide:` where nobody has narrowed it; `all` where anything covers every purpose.
 */
export function suppressionUpdate(tableName: string, all: readonly Suppression[]): TransactWriteItem {
  const { channel, addressHash } = all[0]!;
  const { pk, sk } = suppressionKey(channel, addressHash);
  const sets = ['#lk = :lk', '#ls = if_not_exists(#ls, :ls)'];
  const names: { [name: string]: string } = { '#lk': 'lk', '#ls': 'ls' };
  const values: Item = {
    ':lk': { S: listPartition('s', shardOf(addressHash, listShards)) },
    ':ls': { S: `${sortable(all[0]!.atMs)}#${channel}#${addressHash}` },
  };
  all.forEach(({ reason, atMs, source, purpose }, index) => {
    // The first stands; a broader one of the same reason widens it.
    const set = (mark: string, attribute: string, value: Item[string]): void => {
      names[`#${mark}${index}`] = `${attribute}:${reason}`;
      values[`:${mark}${index}`] = value;
      sets.push(`#${mark}${index} = if_not_exists(#${mark}${index}, :${mark}${index})`);
    };
    set('at', 'at', { N: String(atMs) });
    if (source !== undefined) set('src', 'src', { S: source });
    if (purpose === undefined) set('wide', 'wide', { N: '1' });
  });
  if (all.some((one) => blocks(one, 'transactional'))) {
    names['#all'] = 'all';
    values[':all'] = { N: '1' };
    sets.push('#all = :all');
  }
  return {
    Update: {
      TableName: tableName,
      Key: { pk: { S: pk }, sk: { S: sk } },
      UpdateExpression: `SET ${sets.join(', ')}`,
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: values,
    },
  };
}

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
