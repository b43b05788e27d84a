import { addDuration } from '../../time/duration.ts';
import type { CascadeStep, Content, Steps, Until } from '../document.ts';
import type { Role } from './role.ts';
import { choicesOf, defaultUseBy } from './send.ts';
import { endingOf, isOver, type Ending } from './stretch.ts';

/** One message of a cascade; the first ones know of no message before them. */
interface CascadeSend {
  readonly id: string;
  readonly cascadeSend: Content;
  readonly ending: Ending;
  /** Whether a wait for an answer follows, which a message that is not sent passes over. */
  readonly isLast: boolean;
  readonly topic?: string;
  readonly useBy?: string;
  /** Percent of people who get none of them. */
  readonly holdout?: number;
}
/** The wait for an answer between two messages. */
interface CascadeWait {
  readonly id: string;
  readonly cascadeWait: string;
  readonly ending: Ending;
}
/** Where a cascade or a repeated list begins. */
export interface StretchBegin {
  readonly id: string;
  readonly stretch: true;
}

/** Tries one channel after another until the person answers: `chase`, `chase.1`, `chase.1-wait`, `chase.2` … */
export const cascadeRole: Role<CascadeStep> = {
  role: 'list',
  unfold: ({ cascade, every, until, topic, useBy, holdout }, id) => {
    const begin: StretchBegin = { id, stretch: true };
    const steps = cascade.flatMap((content, index): readonly object[] => {
      const isLast = index === cascade.length - 1;
      const send: CascadeSend = {
        id: `${id}.${index + 1}`,
        cascadeSend: content,
        ending: endingAfter(id, index, until),
        isLast,
        ...(topic !== undefined && { topic }),
        ...(useBy !== undefined && { useBy }),
        ...(holdout !== undefined && { holdout }),
      };
      const wait: CascadeWait = {
        id: `${id}.${index + 1}-wait`,
        cascadeWait: every,
        ending: endingAfter(id, index + 1, until),
      };
      return isLast ? [send] : [send, wait];
    });
    return [begin, ...steps] as unknown as Steps;
  },
};

const endingAfter = (begins: string, sent: number, until: Until | undefined): Ending =>
  until ? { begins, until } : { begins, sends: Array.from({ length: sent }, (_, index) => `${begins}.${index + 1}`) };

/** Where a stretch of steps begins that something may end early. */
export const stretchRole: Role<StretchBegin> = { role: 'act', act: () => ({ kind: 'begin' }) };

/** A message of a cascade: not sent once the person has answered, also while it is put off. */
export const cascadeSendRole: Role<CascadeSend> = {
  role: 'act',
  act: ({ cascadeSend, ending, topic, useBy = defaultUseBy, holdout }, view) => {
    const drawn = holdout === undefined ? {} : { holdout, drawnBy: ending.begins };
    const request = { choices: choicesOf(cascadeSend), ...(topic !== undefined && { topic }), useBy, ...drawn };
    return { kind: 'send', request: isOver(ending, view) ? { ...request, isUnwanted: true } : request };
  },
  channels: ({ cascadeSend }) => choicesOf(cascadeSend).map(({ channel }) => channel),
  ways: ({ isLast }) => ({ answered: 'out', ...(!isLast && { refused: 'after-next' }) }),
  ...endingOf(({ ending }: CascadeSend) => ending),
};

/** Waits for an answer before the next message. */
export const cascadeWaitRole: Role<CascadeWait> = {
  role: 'hold',
  ways: () => ({ timeout: 'next', event: 'out' }),
  hold: ({ cascadeWait, ending }, view) => ({
    wakeMs: addDuration(view.nowMs, cascadeWait, view.zone, 1),
    ...(isOver(ending, view) && { pass: 'event' }),
  }),
  lasts: ({ cascadeWait }) => cascadeWait,
  ...endingOf(({ ending }: CascadeWait) => ending),
};
