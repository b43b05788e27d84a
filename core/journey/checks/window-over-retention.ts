import { kindOf } from '../../kinds.ts';
import type { Window } from '../../segment/condition-kind.ts';
import { parseDuration } from '../../time/duration.ts';
import { traitKinds } from '../../trait/trait-kinds.ts';
import { defaultRetention } from '../document.ts';
import { allFiles, type Check, type CheckInput } from './check.ts';

const dayMs = 86_400_000;

/** The least number of days that a duration can last: a window must fit however long its months are. */
function daysOf(text: string, daysPerMonth: number): number | undefined {
  const duration = parseDuration(text);
  return duration && duration.months * daysPerMonth + duration.days + duration.timeMs / dayMs;
}

/** Every stretch of history that a condition or a computed trait looks at. */
const windowsIn = (input: CheckInput): readonly (Window & { readonly file: string })[] => [
  ...allFiles(input).flatMap(({ file, conditions }) =>
    conditions.flatMap(({ kind, condition, path }) =>
      (kind.windows?.(condition) ?? []).map((window) => ({ file, ...window, path: [...path, ...window.path] })),
    ),
  ),
  ...input.traits.flatMap(({ file, draft }) =>
    (kindOf(traitKinds, draft)?.windows(draft) ?? []).map((window) => ({ file, ...window })),
  ),
];

/** No condition and no trait looks further back than events are kept. */
export const windowOverRetention: Check = {
  code: 'window-over-retention',
  severity: 'error',
  check: (input) => {
    if (!input.workspace || ('retention' in input.workspace.draft && input.workspace.draft.retention === undefined))
      return [];
    const retention = input.workspace.draft.retention ?? defaultRetention;
    // The longest a window can last against the shortest that events are kept.
    const keptDays = daysOf(retention, 28) ?? Infinity;
    return windowsIn(input)
      .filter(({ within }) => (daysOf(within, 31) ?? 0) >= keptDays)
      .map(({ file, path, within }) => ({
        file,
        path,
        message: `This looks back ${within}, but events are kept for ${retention}. The "retention" of the workspace must be longer than every window.`,
      }));
  },
};
