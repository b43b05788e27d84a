import { allBits, coarse, type BestEnd, type RankTable } from './rank-table.ts';

/** How many people have which value, in as much room as is given, however many people there are. */
export interface ValueCounts {
  /** Binary places in which values are told apart. */
  readonly bits: number;
  /** Value and people, the least first. */
  readonly values: readonly (readonly [number, number])[];
}
export const noCounts: ValueCounts = { bits: allBits, values: [] };

/**
 * Counts with more in them. Where there are more different values than `most`, all of them are rounded, to the finest places that
 * leave as few: so what comes out depends on the values alone, and not on their order or on how they were divided.
 */
export function addCounts(all: readonly ValueCounts[], most: number): ValueCounts {
  let bits = Math.min(allBits, ...all.map((one) => one.bits));
  let counts = new Map<number, number>();
  const add = (into: Map<number, number>, value: number, count: number): void => {
    const rounded = coarse(value, bits);
    into.set(rounded, (into.get(rounded) ?? 0) + count);
  };
  for (const { values } of all) for (const [value, count] of values) add(counts, value, count);
  while (counts.size > most && bits > 0) {
    bits -= 1;
    const rounded = new Map<number, number>();
    for (const [value, count] of counts) add(rounded, value, count);
    counts = rounded;
  }
  return { bits, values: [...counts].toSorted(([left], [right]) => left - right) };
}
/** Counts of values as they come. */
export const countsOf = (values: readonly number[]): ValueCounts => ({
  bits: allBits,
  values: values.map((value) => [value, 1] as const),
});

/** The classes of everybody who was counted: as many of equal size as there are to be, but that equals are never parted. */
export function classesOf(
  { bits, values }: ValueCounts,
  into: number,
  best: BestEnd,
): Pick<RankTable, 'best' | 'people' | 'bounds' | 'bits'> {
  const people = values.reduce((sum, [, count]) => sum + count, 0);
  const inOrder = best === 'most' ? values : values.toReversed();
  const bounds: number[] = [];
  let passed = 0;
  for (const [value, count] of inOrder) {
    passed += count;
    while (bounds.length < into - 1 && Math.ceil((people * (bounds.length + 1)) / into) <= passed) bounds.push(value);
  }
  return { best, people, bounds, bits };
}
