import type { Put } from '@aws-sdk/client-dynamodb';
import type { Coverage } from '../../../core/segment/coverage.ts';
import { pack, unpack } from './pack.ts';
import type { Item } from './profile-rows.ts';

/** `f`: on the row of what is current, what people are filled with; absent where an earlier release published. */
export const coverageItem = (coverage: Coverage): Item => ({ f: { B: pack(coverage) } });

/** That the row of what is current has the coverage that was read, and nobody has put another there. */
export function sameCoverage(
  currentRow: Item | undefined,
): Pick<Put, 'ConditionExpression' | 'ExpressionAttributeValues'> {
  const packed = currentRow?.['f'];
  if (!packed) return { ConditionExpression: 'attribute_not_exists(f)' };
  return { ConditionExpression: 'f = :read', ExpressionAttributeValues: { ':read': packed } };
}

/** @returns `undefined` where that is not known */
export function readCoverage(currentRow: Item | undefined): Coverage | undefined {
  const packed = currentRow?.['f']?.B;
  return packed && (unpack(packed) as unknown as Coverage);
}
