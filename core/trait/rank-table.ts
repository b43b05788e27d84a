/** Which end of a ranked trait is the best one. */
export type BestEnd = 'most' | 'least';

/** Where everybody stood by one trait at an instant, in classes; made anew every night. */
export interface RankTable {
  /** What the trait said by then: a table of other words is made anew. */
  readonly of: string;
  readonly best: BestEnd;
  readonly atMs: number;
  /** People who had the trait. */
  readonly people: number;
  /** Of each class but the last, the value of its last person, the worst class first. */
  readonly bounds: readonly number[];
  /** Binary places of values that were told apart, as in `coarse`: 52 where all of them were. */
  readonly bits: number;
}
/** The latest of each trait, by its id. */
export type RankTables = { readonly [traitId: string]: RankTable };

/** Binary places of a number, in which it is exact. */
export const allBits = 52;
const scratch = new DataView(new ArrayBuffer(8));

/** A number with only so many binary places, rounded towards nothing: at most one part in 2^bits less. */
export function coarse(value: number, bits: number): number {
  const dropped = allBits - bits;
  if (dropped > 0) {
    scratch.setFloat64(0, value);
    const inHigh = Math.max(0, dropped - 32);
    scratch.setUint32(0, ((scratch.getUint32(0) >>> inHigh) << inHigh) >>> 0);
    scratch.setUint32(4, dropped >= 32 ? 0 : ((scratch.getUint32(4) >>> dropped) << dropped) >>> 0);
    return scratch.getFloat64(0) + 0;
  }
  // There is one nothing, not a negative one beside it.
  return value + 0;
}

/** The class of a value: 1 for the worst. It is ahead of everybody in the classes before, and not of its equals. */
export function classIn({ best, bits, bounds }: Pick<RankTable, 'best' | 'bits' | 'bounds'>, value: number): number {
  const rounded = coarse(value, bits);
  return 1 + bounds.filter((bound) => (best === 'most' ? bound < rounded : bound > rounded)).length;
}
