import { update } from '../steps/update.ts';
import { ofKind } from '../walk.ts';
import type { Check } from './check.ts';

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
