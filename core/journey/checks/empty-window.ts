import { channels } from '../document.ts';
import { wait } from '../steps/wait.ts';
import { ofKind } from '../walk.ts';
import { capital, type Check, type CheckFinding } from './check.ts';

const sentence = (owner: string, from: string): string =>
  `${owner} begin and end at ${from}. Give them different times; for the whole day write "00:00" and "24:00".`;

/** Quiet hours and the windows of waits begin and end at different times of day. */
export const emptyWindow: Check = {
  code: 'empty-window',
  severity: 'error',
  check: ({ workspace, journeys }) => [
    ...channels.flatMap((channel): readonly CheckFinding[] => {
      const hours = workspace?.draft.quietHours?.[channel];
      if (!workspace || hours?.from === undefined || hours.from !== hours.to) return [];
      const message = sentence(`The quiet hours for ${channel}`, hours.from);
      return [{ file: workspace.file, path: ['quietHours', channel, 'to'], message }];
    }),
    ...journeys.flatMap(({ file, steps }) =>
      ofKind(steps, wait).flatMap(({ step, path, name }) => {
        const window = typeof step.wait === 'object' && 'between' in step.wait ? step.wait.between : undefined;
        const [from, to] = window ?? [];
        if (from === undefined || from !== to) return [];
        const message = sentence(`The times of ${name}`, from);
        return [{ file, path: [...path, 'wait', 'between'], message: capital(message) }];
      }),
    ),
  ],
};
