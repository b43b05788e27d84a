import { parseDuration } from '../../time/duration.ts';
import { defaultRetention } from '../document.ts';
import { allFiles, type Check } from './check.ts';

const dayMs = 86_400_000;

/** The least number of days that a duration can last: a window must fit however long its months are. */
function daysOf(text: string, daysPerMonth: number): number | undefined {
  const duration = parseDuration(text);
  return duration && duration.months * daysPerMonth + duration.days + duration.timeMs / dayMs;
}

/** No condition looks further back than events are kept. */
export const windowOverRetention: Check = {
  code: 'window-over-retention',
  severity: 'error',
  check: (input) => {
    if (!input.workspace || ('retention' in input.workspace.draft && input.workspace.draft.retention === undefined))
      return [];
    const retention = input.workspace.draft.retention ?? defaultRetention;
    // The longest a window can last against the shortest that events are kept.
    const keptDays = daysOf(retention, 28) ?? Infinity;
    return allFiles(input).flatMap(({ file, conditions }) =>
      conditions.flatMap(({ kind, condition, path }) =>
        (kind.windows?.(condition) ?? [])
          .filter(({ within }) => (daysOf(within, 31) ?? 0) >= keptDays)
          .map((window) => ({
            file,
            path: [...path, ...window.path],
            message: `This looks back ${window.within}, but events are kept for ${retention}. The "retention" of the workspace must be longer than every window.`,
          })),
      ),
    );
  },
};
