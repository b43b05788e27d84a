import type { Share } from './assign.ts';

/** The variant that stands for "nothing is changed": it keeps its percent, and is never stopped. */
export const controlVariant = 'control';

/** What was decided of a variant, once: it holds for people who are not assigned yet. */
export interface Ruling {
  readonly experiment: string;
  readonly variant: string;
  readonly kind: 'winner' | 'barred';
  readonly atMs: number;
  /** In words. */
  readonly because: string;
}

/**
 * The shares by which people are assigned from now on. `control` keeps its percent. The winner has all the rest; without
 * one, the parts of stopped variants go to the others in proportion, and to `control` where nobody else is left. A winner
 * that was stopped later has won nothing.
 * @returns percents that add up to what `variants` add up to, in the same order
 */
export function currentShares(variants: readonly Share[], rulings: readonly Ruling[]): readonly Share[] {
  const barred = new Set(rulings.flatMap(({ kind, variant }) => (kind === 'barred' ? [variant] : [])));
  const winner = rulings.find(
    ({ kind, variant }) => kind === 'winner' && !barred.has(variant) && variants.some(({ id }) => id === variant),
  )?.variant;
  const isOpen = ({ id }: Share): boolean =>
    winner === undefined ? id !== controlVariant && !barred.has(id) : id === winner;
  const total = percentOf(variants);
  const kept = winner === controlVariant ? 0 : percentOf(variants.filter(({ id }) => id === controlVariant));
  const open = variants.filter(isOpen);
  const openPercent = percentOf(open);
  return variants.map((share) => {
    // Nobody but control is left, or none that ever had a part.
    if (openPercent === 0) return { id: share.id, percent: lastPart(share, variants, total) };
    if (isOpen(share)) return { id: share.id, percent: ((total - kept) * share.percent) / openPercent };
    return { id: share.id, percent: share.id === controlVariant ? kept : 0 };
  });
}

const percentOf = (shares: readonly Share[]): number => shares.reduce((sum, { percent }) => sum + percent, 0);
const lastPart = ({ id, percent }: Share, variants: readonly Share[], total: number): number =>
  variants.some((one) => one.id === controlVariant) ? (id === controlVariant ? total : 0) : percent;
