import { parseDuration } from '../../time/duration.ts';
import { wait } from '../steps/wait.ts';
import { ofKind } from '../walk.ts';
import { capital, type Check } from './check.ts';

/** A wait takes some time. */
export const zeroWait: Check = {
  code: 'zero-wait',
  severity: 'warning',
  check: ({ journeys }) =>
    journeys.flatMap(({ file, steps }) =>
      ofKind(steps, wait).flatMap(({ step, path, name }) => {
        const duration = typeof step.wait === 'string' ? parseDuration(step.wait) : undefined;
        if (!duration || duration.months + duration.days + duration.timeMs > 0) return [];
        return [
          {
            file,
            path: [...path, 'wait'],
            message: `${capital(name)} lasts no time at all. Take it away, or make it longer.`,
          },
        ];
      }),
    ),
};
