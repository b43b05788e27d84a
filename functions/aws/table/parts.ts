import type { Json } from '../../../core/json.ts';
import { partsOf, type PartKind } from './definition-keys.ts';
import { pack, unpack } from './pack.ts';
import { keyOf, type Table } from './table.ts';

/** A row holds 400 KB with its key. */
const partBytes = 380_000;

/** What lies under a hash in parts; undefined where nothing does. */
export async function readParts(table: Table, hash: string, kind: PartKind): Promise<Json | undefined> {
  const { pk, prefix } = partsOf(hash, kind);
  const rows = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :kind)',
    ExpressionAttributeValues: { ':pk': { S: pk }, ':kind': { S: prefix } },
  });
  return rows.length === 0 ? undefined : unpack(Buffer.concat(rows.map((row) => row['b']!.B!)));
}

/** Lays a value down under a hash; what lies there once never changes. */
export async function writeParts(table: Table, hash: string, kind: PartKind, value: unknown): Promise<void> {
  const { pk, prefix } = partsOf(hash, kind);
  const packed = pack(value);
  for (let from = 0, part = 0; from < packed.length; from += partBytes, part++) {
    const sk = `${prefix}${String(part).padStart(4, '0')}`;
    await table.put({ ...keyOf({ pk, sk }), b: { B: packed.subarray(from, from + partBytes) } });
  }
}
