import { kindOf } from '../../kinds.ts';
import type { Later } from '../../segment/condition-kinds.ts';
import { triggerKinds } from '../triggers.ts';
import { allFiles, type Check, type CheckFinding } from './check.ts';

const remark = (file: string, path: CheckFinding['path'], later: Later): CheckFinding => ({
  file,
  path: [...path, ...later.path],
  at: 'key',
  message: `${later.what} comes in a later release; this one cannot run it yet.`,
});

/** Nothing is used that this release cannot run. */
export const notYet: Check = {
  code: 'not-yet',
  severity: 'error',
  check: (input) => [
    ...allFiles(input).flatMap(({ file, conditions }) =>
      conditions.flatMap(({ kind, condition, path }) =>
        (kind.later?.(condition) ?? []).map((later) => remark(file, path, later)),
      ),
    ),
    ...input.journeys.flatMap(({ file, draft, steps }) => {
      const { on } = draft.entry ?? {};
      return [
        ...((on && kindOf(triggerKinds, on)?.later?.(on)) ?? []).map((later) => remark(file, ['entry', 'on'], later)),
        ...steps.flatMap(({ kind, step, path }) =>
          (kind.later?.(step) ?? []).map((later) => remark(file, path, later)),
        ),
      ];
    }),
  ],
};
