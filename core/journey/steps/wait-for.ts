import { isObject } from '../../json.ts';
import { conditionSlot } from '../../segment/condition-kinds.ts';
import { byKey, either, keys } from '../../shape.ts';
import { duration, savedName } from '../../values.ts';
import type { WaitForStep } from '../document.ts';
import { conditionWords } from '../condition-words.ts';
import { eventOfStep } from '../event-match.ts';
import { stepKeys, stepList, type StepKind } from './step-kind.ts';

const condition = keys('{ "when": … }', { when: conditionSlot() });

/** Holds the person until an event or a condition, or until its time is over; both ways have steps of their own. */
export const waitFor: StepKind<WaitForStep> = {
  kind: 'waitFor',
  key: 'waitFor',
  schema: stepKeys({
    waitFor: either(
      (value) => (isObject(value) ? byKey({ event: eventOfStep, when: condition })(value) : eventOfStep),
      [eventOfStep, condition],
    ),
    within: duration,
    save: savedName.optional(),
    then: stepList.optional(),
    otherwise: stepList.optional(),
  }),
  bodies: (step) => [
    { path: ['then'], steps: step.then },
    { path: ['otherwise'], steps: step.otherwise, after: step.within },
  ],
  conditions: ({ waitFor: awaited }) =>
    awaited && 'when' in awaited ? [{ path: ['waitFor', 'when'], condition: awaited.when }] : [],
  events: ({ waitFor: awaited }) => (awaited && 'event' in awaited ? [{ path: ['waitFor'], match: awaited }] : []),
  saves: ({ save }) => (save === undefined ? [] : [{ path: ['save'], name: save }]),
  holds: ({ within }) => (within === undefined ? [] : [{ path: ['within'], duration: within }]),
  isExhaustive: (step) => step.then !== undefined && step.otherwise !== undefined,
  ways: ({ waitFor: awaited, within }, words) => [
    'event' in awaited ? words.names(awaited.event) : conditionWords(awaited.when, words),
    `not within ${words.duration(within)}`,
  ],
  says: ({ waitFor: awaited, within }, words) => {
    const what = 'event' in awaited ? words.names(awaited.event) : 'the condition to hold';
    return `Wait for ${what}, at most ${words.duration(within)}.`;
  },
};
