import { addDuration } from '../../time/duration.ts';
import type { RepeatStep, Steps } from '../document.ts';
import type { StretchBegin } from './cascade.ts';
import type { Role } from './role.ts';
import { endingOf, isOver, type Ending } from './stretch.ts';

/** Where each round of a repeated list begins. */
interface RepeatRound {
  readonly id: string;
  readonly repeatRound: RepeatStep['repeat'];
  readonly ending: Ending;
}
/** The wait between two rounds. */
interface RepeatWait {
  readonly id: string;
  readonly repeatWait: string;
  readonly times: number;
  readonly ending: Ending;
}

/** Walks its list so many times, or until something has happened: `nudges`, `nudges.round`, its steps, `nudges.wait` … */
export const repeatRole: Role<RepeatStep> = {
  role: 'list',
  unfold: ({ repeat }, id) => {
    const begin: StretchBegin = { id, stretch: true };
    const ending: Ending = { begins: id, ...(repeat.until && { until: repeat.until }) };
    const round: RepeatRound = { id: `${id}.round`, repeatRound: repeat, ending };
    return [begin, round] as unknown as Steps;
  },
  inner: ({ repeat }) => [repeat.steps],
};

/** Looks before each round whether it is still to be walked. */
export const repeatRoundRole: Role<RepeatRound> = {
  role: 'choose',
  ways: ({ repeatRound, ending }) => ({
    round: { again: [...repeatRound.steps, ...waitOf(repeatRound, ending)] },
    done: 'next',
  }),
  choose: ({ repeatRound, ending }, view) => {
    const round = view.enrollment.stretches?.[ending.begins]?.count ?? 0;
    const isDone = round >= repeatRound.times || isOver(ending, view);
    return isDone ? { way: 'done' } : { way: 'round', turn: { of: ending.begins, count: round + 1 } };
  },
  ...endingOf(({ ending }: RepeatRound) => ending),
};

function waitOf({ every, times }: RepeatStep['repeat'], ending: Ending): Steps {
  if (every === undefined) return [];
  const wait: RepeatWait = { id: `${ending.begins}.wait`, repeatWait: every, times, ending };
  return [wait] as unknown as Steps;
}

/** After the last round nobody waits. */
export const repeatWaitRole: Role<RepeatWait> = {
  role: 'hold',
  ways: () => ({ timeout: 'next', event: 'out' }),
  hold: ({ repeatWait, times, ending }, view) => {
    const isLast = (view.enrollment.stretches?.[ending.begins]?.count ?? 0) >= times;
    return {
      wakeMs: addDuration(view.nowMs, repeatWait, view.zone, 1),
      ...((isLast || isOver(ending, view)) && { pass: 'event' }),
    };
  },
  lasts: ({ repeatWait }) => repeatWait,
  ...endingOf(({ ending }: RepeatWait) => ending),
};
