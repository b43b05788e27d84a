import type { ClosestTrait, Persona } from './trait-document.ts';

/** How like a persona somebody is. */
export interface Likeness {
  readonly personaId: string;
  readonly persona: Persona;
  /** Which of its signs are true, in their order. */
  readonly isTrue: readonly boolean[];
  /** The weight of those that are, and of all. */
  readonly weight: number;
  readonly of: number;
}

const weightOf = ({ weight = 1 }: Persona['signs'][number]): number => weight;
const total = (weights: readonly number[]): number => weights.reduce((sum, one) => sum + one, 0);

/**
 * How like each persona somebody is, the closest first: by the part of its weight that is theirs, of several with the same
 * part the one with more weight, then the one that is written first. Weights are whole, so nothing is rounded.
 * @param isTrue of each sign, by its place among all signs of the document
 */
export function likenesses({ closest }: ClosestTrait, isTrue: (index: number) => boolean): readonly Likeness[] {
  let next = 0;
  const all = Object.entries(closest).map(([personaId, persona]): Likeness => {
    const held = persona.signs.map(() => isTrue(next++));
    return {
      personaId,
      persona,
      isTrue: held,
      weight: total(persona.signs.filter((_, index) => held[index]).map(weightOf)),
      of: total(persona.signs.map(weightOf)),
    };
  });
  return all.toSorted((left, right) => right.weight * left.of - left.weight * right.of || right.weight - left.weight);
}

/** Whether somebody is like enough to be called so. */
export const isLike = ({ weight, of }: Pick<Likeness, 'weight' | 'of'>, { atLeast = 1 }: ClosestTrait): boolean =>
  weight * 100 >= atLeast * of;
