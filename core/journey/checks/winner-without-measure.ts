import { experiment } from '../steps/experiment.ts';
import { ofKind } from '../walk.ts';
import { capital, type Check } from './check.ts';

/** What a winner is chosen by is measured. */
export const winnerWithoutMeasure: Check = {
  code: 'winner-without-measure',
  severity: 'error',
  check: ({ workspace, journeys }) =>
    journeys.flatMap(({ file, draft, steps }) =>
      ofKind(steps, experiment).flatMap(({ step, path, name }) => {
        const by = step.winner?.by;
        const missing =
          by === 'goal' && !('goal' in draft)
            ? 'the journey has no "goal"'
            : by === 'value' && workspace && !('value' in workspace.draft)
              ? 'workspace.json does not say which property is the "value"'
              : undefined;
        if (missing === undefined) return [];
        const message = `${capital(name)} chooses its winner by ${by}, but ${missing}.`;
        return [{ file, path: [...path, 'winner', 'by'], message }];
      }),
    ),
};
