import { kindOf } from '../../kinds.ts';
import { traitKinds } from '../../trait/trait-kinds.ts';
import { update } from '../steps/update.ts';
import { ofKind } from '../walk.ts';
import type { Check, CheckFinding } from './check.ts';

/** No trait is made of itself, directly or through others. */
export const traitCycle: Check = {
  code: 'trait-cycle',
  severity: 'error',
  check: ({ traits }) => {
    const byId = new Map(traits.map((trait) => [trait.draft.id ?? trait.fileId, trait]));
    const finished = new Set<string>();
    const found: CheckFinding[] = [];
    const visit = (id: string, trail: readonly string[]): void => {
      const trait = byId.get(id);
      if (!trait || finished.has(id)) return;
      for (const part of kindOf(traitKinds, trait.draft)?.parts(trait.draft) ?? []) {
        const start = [...trail, id].indexOf(part.trait);
        if (start === -1) visit(part.trait, [...trail, id]);
        else {
          const round = [...[...trail, id].slice(start), part.trait].map((name) => `"${name}"`).join(' → ');
          const message = `The trait is made of itself: ${round}. It would have no value.`;
          found.push({ file: trait.file, path: part.path, message });
        }
      }
      finished.add(id);
    };
    for (const id of byId.keys()) visit(id, []);
    return found;
  },
};

/** What is computed is not set. */
export const computedTraitSet: Check = {
  code: 'computed-trait-set',
  severity: 'error',
  check: ({ workspace, journeys, ids }) => {
    const isComputed = (trait: string): boolean =>
      ids.trait.has(trait) || (trait === 'stage' && workspace?.draft.stages !== undefined);
    return journeys.flatMap(({ file, steps }) =>
      ofKind(steps, update).flatMap(({ step, path }) =>
        Object.keys(step.update?.traits ?? {})
          .filter(isComputed)
          .map((trait) => ({
            file,
            path: [...path, 'update', 'traits', trait],
            message: `The trait "${trait}" is computed of events, so nobody would ever see what is set here. Set another one.`,
          })),
      ),
    );
  },
};
