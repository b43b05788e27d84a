import type { Ruling } from '../../../core/experiment/ruling.ts';
import type { Key } from './keys.ts';
import type { Item } from './profile-rows.ts';
import { keyOf } from './table.ts';

/** Where everything stands that was decided of experiments: a few rows, read together. */
export const rulingPartition = 'rulings';

/** An experiment has one winner; each of its variants can be stopped once. */
export const rulingKey = ({ experiment, kind, variant }: Pick<Ruling, 'experiment' | 'kind' | 'variant'>): Key => ({
  pk: rulingPartition,
  sk: kind === 'winner' ? `winner#${experiment}` : `barred#${experiment}#${variant}`,
});

export const rulingItem = (ruling: Ruling): Item => ({
  ...keyOf(rulingKey(ruling)),
  k: { S: ruling.kind },
  x: { S: ruling.experiment },
  va: { S: ruling.variant },
  at: { N: String(ruling.atMs) },
  be: { S: ruling.because },
});
export const readRuling = (item: Item): Ruling => ({
  experiment: item['x']!.S!,
  variant: item['va']!.S!,
  kind: item['k']!.S === 'winner' ? 'winner' : 'barred',
  atMs: Number(item['at']!.N),
  because: item['be']!.S!,
});
