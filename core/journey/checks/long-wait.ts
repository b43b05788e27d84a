import { parseDuration } from '../../time/duration.ts';
import { capital, type Check } from './check.ts';

/** Whether a duration is longer than a year, however long its months are. */
function isOverYear(text: string): boolean {
  const duration = parseDuration(text);
  if (!duration) return false;
  const { months, days, timeMs } = duration;
  return months > 12 || (months === 12 && days + timeMs > 0) || months * 28 + days + timeMs / 86_400_000 > 366;
}

/** Nobody is held for more than a year: mostly a slip of the pen. */
export const longWait: Check = {
  code: 'long-wait',
  severity: 'warning',
  check: ({ journeys }) =>
    journeys.flatMap(({ file, steps }) =>
      steps.flatMap(({ kind, step, path, name }) =>
        (kind.holds?.(step) ?? [])
          .filter(({ duration }) => isOverYear(duration))
          .map((hold) => ({
            file,
            path: [...path, ...hold.path],
            message: `${capital(name)} can hold people for more than a year (${hold.duration}).`,
          })),
      ),
    ),
};
