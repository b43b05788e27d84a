import { keys } from '../../shape.ts';
import { countBetween, duration } from '../../values.ts';
import type { RepeatStep } from '../document.ts';
import { eventOrCondition } from '../event-match.ts';
import { stepKeys, stepList, type StepKind } from './step-kind.ts';

/** Each round stands in the row of everybody who walks it. */
const mostRounds = 100;

/** Walks its steps several times. */
export const repeat: StepKind<RepeatStep> = {
  kind: 'repeat',
  key: 'repeat',
  schema: stepKeys({
    repeat: keys('{ "times": …, "steps": … }', {
      times: countBetween(1, mostRounds),
      every: duration.optional(),
      until: eventOrCondition.optional(),
      steps: stepList,
    }),
  }),
  bodies: (step) => [{ path: ['repeat', 'steps'], steps: step.repeat?.steps }],
  conditions: ({ repeat: again }) => {
    const until = again?.until;
    return until && !('event' in until) ? [{ path: ['repeat', 'until'], condition: until }] : [];
  },
  events: ({ repeat: again }) => {
    const until = again?.until;
    return until && 'event' in until ? [{ path: ['repeat', 'until'], match: until }] : [];
  },
  holds: ({ repeat: again }) =>
    again?.every === undefined ? [] : [{ path: ['repeat', 'every'], duration: again.every }],
  rounds: ({ repeat: again }) => ({ times: again?.times ?? 1, every: again?.every }),
  ways: () => ['each time', 'then'],
  loops: true,
  says: ({ repeat: again }, words) =>
    `Repeat ${again.times} times${again.every === undefined ? '' : `, every ${words.duration(again.every)}`}.`,
};
