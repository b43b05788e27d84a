import type { Stop, StopKind } from '../../../core/control/stop.ts';
import { controlKey } from './keys.ts';
import type { Item } from './profile-rows.ts';
import { keyOf } from './table.ts';

/** The row of one word. */
export const controlItem = ({ subject, kind, atMs, by, why }: Stop): Item => ({
  ...keyOf(controlKey(subject)),
  k: { S: kind },
  at: { N: String(atMs) },
  ...(by !== undefined && { by: { S: by } }),
  ...(why !== undefined && { why: { S: why } }),
});

/** A word as it was written. */
export const readStop = (row: Item): Stop => ({
  subject: row['sk']!.S!,
  kind: row['k']!.S as StopKind,
  atMs: Number(row['at']?.N ?? 0),
  ...(row['by']?.S !== undefined && { by: row['by'].S }),
  ...(row['why']?.S !== undefined && { why: row['why'].S }),
});
