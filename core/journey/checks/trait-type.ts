import { kindOf } from '../../kinds.ts';
import type { Path } from '../../problem.ts';
import { traitKinds, type TraitType } from '../../trait/trait-kinds.ts';
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

/** What computed traits are made of is numbers. */
const parts = ({ traits }: CheckInput): readonly TraitUse[] =>
  traits.flatMap(({ file, draft }) =>
    (kindOf(traitKinds, draft)?.parts(draft) ?? []).map(({ path, trait }) => ({
      file,
      path,
      trait,
      type: 'number' as const,
    })),
  );

const held: Readonly<Record<TraitType, TestedType | undefined>> = {
  number: 'number',
  text: 'text',
  date: 'text',
  list: undefined,
};
/** What a computed trait is; undefined for a given one, and where that depends on its events. */
function computedType({ traits, workspace }: CheckInput, trait: string): TestedType | undefined {
  if (trait === 'stage' && workspace?.draft.stages) return 'text';
  const draft = traits.find((one) => one.draft.id === trait)?.draft;
  const type = draft && kindOf(traitKinds, draft)?.type(draft);
  return type && held[type];
}

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
    const byTrait = Map.groupBy([...asked(input), ...given(input), ...parts(input)], ({ trait }) => trait);
    return [...byTrait].flatMap(([trait, uses]) => {
      const computed = computedType(input, trait);
      const usual = computed ?? usualType(uses);
      return uses
        .filter(({ type }) => type !== usual)
        .map(({ file, path, type }) => ({
          file,
          path,
          message: `The trait "${trait}" is taken for a ${type} here, ${computed ? `but it is computed, and a ${usual}` : `and for a ${usual} elsewhere`}.`,
        }));
    });
  },
};
