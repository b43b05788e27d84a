import { isObject } from '../../json.ts';
import { kindOf } from '../../kinds.ts';
import type { Path } from '../../problem.ts';
import { closest, didYouMean } from '../../suggest.ts';
import { traitKinds } from '../../trait/trait-kinds.ts';
import { stages } from '../document.ts';
import { allFiles, type Check, type CheckInput } from './check.ts';

/** The stage of those for whom no condition of a stage holds. */
const [usualStage] = stages;

/** All that a computed trait can ever say; undefined for a given one, and where that depends on what happens. */
function valuesOf({ traits, workspace }: CheckInput, trait: string): readonly string[] | undefined {
  const said = workspace?.draft.stages;
  if (trait === 'stage' && said) return [...new Set([usualStage, ...Object.keys(said)])];
  const draft = traits.find((one) => one.draft.id === trait)?.draft;
  return draft && kindOf(traitKinds, draft)?.values?.(draft);
}

/** Values that a condition compares with, each with its place. */
const compared = (test: object): readonly { readonly value: unknown; readonly path: Path }[] =>
  Object.entries(test).flatMap(([key, operand]) => {
    if (key === 'is' || key === 'isNot') return [{ value: operand, path: [key] }];
    if ((key !== 'in' && key !== 'notIn') || !Array.isArray(operand)) return [];
    return (operand as readonly unknown[]).map((value, index) => ({ value, path: [key, index] }));
  });

/** The trait that a condition tests as a whole. */
function traitIn(condition: object): string | undefined {
  const { trait, value } = condition as { readonly trait?: unknown; readonly value?: unknown };
  const path = typeof trait === 'string' ? trait : /^profile\.traits\.(.+)$/.exec(String(value))?.[1];
  return path === undefined || path.includes('.') ? undefined : path;
}

/** A computed trait is compared with what it can say. */
export const unknownTraitValue: Check = {
  code: 'unknown-trait-value',
  severity: 'error',
  check: (input) =>
    allFiles(input).flatMap(({ file, conditions }) =>
      conditions.flatMap(({ condition, path }) => {
        const trait = isObject(condition) ? traitIn(condition) : undefined;
        const values = trait === undefined ? undefined : valuesOf(input, trait);
        if (!values) return [];
        return compared(condition)
          .filter(({ value }) => typeof value === 'string' && !values.includes(value))
          .map(({ value, path: at }) => ({
            file,
            path: [...path, ...at],
            message: `The trait "${trait}" is never "${String(value)}": it is ${values.map((one) => `"${one}"`).join(', ')}.`,
            ...didYouMean(closest(String(value), values)),
          }));
      }),
    ),
};
