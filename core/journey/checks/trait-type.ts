import type { Path } from '../../problem.ts';
import { update } from '../steps/update.ts';
import { ofKind } from '../walk.ts';
import { allFiles, type Check, type CheckInput } from './check.ts';
import { testsIn } from './contradiction.ts';
import { testedTypes, typeOf, type TestedType } from './tested-type.ts';

interface TraitUse {
  readonly file: string;
  readonly path: Path;
  readonly trait: string;
  readonly type: TestedType;
}

const asked = (input: CheckInput): readonly TraitUse[] =>
  allFiles(input).flatMap(({ file, conditions }) =>
    conditions.flatMap(({ condition, path }) => {
      const trait = 'trait' in condition ? condition.trait : undefined;
      if (trait === undefined) return [];
      return testedTypes(testsIn(condition)).map(({ key, type }) => ({
        file,
        path: [...path, key ?? 'trait'],
        trait,
        type,
      }));
    }),
  );

const given = ({ journeys }: CheckInput): readonly TraitUse[] =>
  journeys.flatMap(({ file, steps }) =>
    ofKind(steps, update).flatMap(({ step, path }) =>
      Object.entries(step.update?.traits ?? {}).flatMap(([trait, value]) => {
        const type = typeOf(value);
        // What Liquid makes of a text is known only when it is filled in.
        if (type === undefined || (typeof value === 'string' && value.includes('{{'))) return [];
        return [{ file, path: [...path, 'update', 'traits', trait], trait, type }];
      }),
    ),
  );

/** The type that most places take a trait for; of equally many, that of the first. */
function usualType(uses: readonly TraitUse[]): TestedType | undefined {
  const count = (type: TestedType): number => uses.filter((use) => use.type === type).length;
  return uses.reduce<TestedType | undefined>(
    (best, { type }) => (best === undefined || count(type) > count(best) ? type : best),
    undefined,
  );
}

/** A trait is taken for the same sort of value everywhere. */
export const traitType: Check = {
  code: 'trait-type',
  severity: 'warning',
  check: (input) => {
    const byTrait = Map.groupBy([...asked(input), ...given(input)], ({ trait }) => trait);
    return [...byTrait].flatMap(([trait, uses]) => {
      const usual = usualType(uses);
      return uses
        .filter(({ type }) => type !== usual)
        .map(({ file, path, type }) => ({
          file,
          path,
          message: `The trait "${trait}" is taken for a ${type} here, and for a ${usual} elsewhere.`,
        }));
    });
  },
};
