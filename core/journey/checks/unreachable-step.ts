import type { Draft } from '../../draft.ts';
import type { Step, Steps } from '../document.ts';
import { listsIn, stepKindOf } from '../walk.ts';
import { capital, type Check } from './check.ts';
import { nameOf } from '../parse.ts';

/** Whether nobody who arrives at a step comes out behind it. */
function isLast(step: Draft<Step> | undefined): boolean {
  const kind = step && stepKindOf(step);
  if (!step || !kind?.isExhaustive?.(step)) return false;
  return kind.bodies(step).every((body) => endsEverybody(body.steps));
}
const endsEverybody = (steps: Draft<Steps> | undefined): boolean => steps?.some(isLast) ?? false;

/** Somebody can reach every step: none follows an `end`, nor a step all of whose ways end. */
export const unreachableStep: Check = {
  code: 'unreachable-step',
  severity: 'warning',
  check: ({ journeys }) =>
    journeys.flatMap(({ file, draft, steps }) =>
      listsIn(draft.steps, steps).flatMap((list) => {
        const last = list.steps.findIndex(isLast);
        const next = list.steps[last + 1];
        const kind = next && stepKindOf(next);
        if (last === -1 || !kind) return [];
        const message = `Nobody reaches ${nameOf(kind, next)}: the step before it ends the journey for everybody.`;
        return [{ file, path: [...list.path, last + 1], message: capital(message) }];
      }),
    ),
};
