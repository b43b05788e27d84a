import { kindOf } from '../../kinds.ts';
import type { Path } from '../../problem.ts';
import type { ConditionPlace } from '../../segment/parse-condition.ts';
import { traitKinds } from '../../trait/trait-kinds.ts';
import type { Check, CheckFinding, CheckInput } from './check.ts';

/** What another thing asks for, and where it does. */
interface Asked {
  readonly name: string;
  readonly path: Path;
}
interface Asking {
  readonly file: string;
  readonly asks: readonly Asked[];
}

const segmentName = (id: string): string => `"${id}"`;
const traitName = (path: string): string => `the trait "${path.split('.', 1)[0]}"`;
const stages = traitName('stage');

const askedBy = (conditions: readonly ConditionPlace[]): readonly Asked[] =>
  conditions.flatMap(({ kind, condition, path }) => {
    const id = kind.segment?.(condition);
    if (id !== undefined) return [{ name: segmentName(id), path: [...path, kind.key] }];
    if ('trait' in condition && condition.trait !== undefined)
      return [{ name: traitName(condition.trait), path: [...path, 'trait'] }];
    const day = 'dayOf' in condition ? condition.dayOf : undefined;
    return typeof day === 'string' ? [{ name: traitName(day), path: [...path, 'dayOf'] }] : [];
  });

/** Segments, computed traits and the stages, with what each asks for. */
function askings({ segments, traits, workspace }: CheckInput): ReadonlyMap<string, Asking> {
  return new Map([
    ...segments.map(
      ({ file, fileId, draft, conditions }) =>
        [segmentName(draft.id ?? fileId), { file, asks: askedBy(conditions) }] as const,
    ),
    ...traits.map(({ file, fileId, draft, conditions }) => {
      const parts = kindOf(traitKinds, draft)?.parts(draft) ?? [];
      const asks = [...parts.map(({ path, trait }) => ({ name: traitName(trait), path })), ...askedBy(conditions)];
      return [traitName(draft.id ?? fileId), { file, asks }] as const;
    }),
    ...(workspace?.draft.stages
      ? [[stages, { file: workspace.file, asks: askedBy(workspace.conditions) }] as const]
      : []),
  ]);
}

/** The rounds in which things ask for themselves, each at the place that closes it. */
function rounds(input: CheckInput): readonly (CheckFinding & { readonly isOfTraits: boolean })[] {
  const byName = askings(input);
  const finished = new Set<string>();
  const found: (CheckFinding & { readonly isOfTraits: boolean })[] = [];
  const visit = (name: string, trail: readonly string[]): void => {
    const asking = byName.get(name);
    if (!asking || finished.has(name)) return;
    for (const next of asking.asks) {
      const start = [...trail, name].indexOf(next.name);
      if (start === -1) {
        visit(next.name, [...trail, name]);
        continue;
      }
      const names = [...[...trail, name].slice(start), next.name];
      const isOfTraits = names.every((one) => one.startsWith('the trait ') && one !== stages);
      const round = names.map((one) => (isOfTraits ? one.replace('the trait ', '') : one)).join(' → ');
      const message = isOfTraits
        ? `The trait is made of itself: ${round}. It would have no value.`
        : next.name === stages
          ? `The stages ask for themselves: ${round}. Nobody could tell who is in which.`
          : `The segment asks for itself: ${round}. Nobody could tell who is in it.`;
      found.push({ file: asking.file, path: next.path, message, isOfTraits });
    }
    finished.add(name);
  };
  for (const name of byName.keys()) visit(name, []);
  return found;
}

const bare = ({ isOfTraits: _, ...finding }: ReturnType<typeof rounds>[number]): CheckFinding => finding;

/** No segment asks for itself, directly or through others, and nor do the stages. */
export const segmentCycle: Check = {
  code: 'segment-cycle',
  severity: 'error',
  check: (input) =>
    rounds(input)
      .filter(({ isOfTraits }) => !isOfTraits)
      .map(bare),
};

/** No trait is made of itself, directly or through others. */
export const traitCycle: Check = {
  code: 'trait-cycle',
  severity: 'error',
  check: (input) =>
    rounds(input)
      .filter(({ isOfTraits }) => isOfTraits)
      .map(bare),
};
