import { z } from 'zod';
import { isObject } from '../../json.ts';
import { parseInstant } from '../../time/instant.ts';
import { parseTimeOfDay } from '../../time/civil.ts';
import { byKey, either, keys, leaf } from '../../shape.ts';
import {
  days,
  duration,
  durationOrNone,
  endOfTime,
  offset,
  timeOfDay,
  traitPath,
  valuePath,
  word,
  zone,
} from '../../values.ts';
import type { WaitStep, WaitUntil } from '../document.ts';
import type { Words } from '../words.ts';
import { stepKeys, type StepKind } from './step-kind.ts';

const ifPast = word(['go', 'skip-next']).optional();
const bestTime = 'best-time';

const untilMust = 'a time of day such as "10:00", or an instant with its offset such as "2026-12-09T18:00+01:00"';
const untilText = leaf(
  (value) => {
    if (typeof value !== 'string') return { code: 'wrong-type', must: `${untilMust}, or a trait or value with a date` };
    if (value === bestTime || parseInstant(value) !== undefined) return undefined;
    if (value !== '24:00' && parseTimeOfDay(value) !== undefined) return undefined;
    return { code: /^\d{4}-/.test(value) ? 'bad-instant' : 'bad-time', must: untilMust, near: [bestTime] };
  },
  { type: 'string' },
);
const traitDate = keys('{ "trait": … }', { trait: traitPath, offset: offset.optional() });
const valueDate = keys('{ "value": … }', { value: valuePath, offset: offset.optional() });
const dated = either(
  (value) => (isObject(value) ? byKey({ trait: traitDate, value: valueDate })(value) : traitDate),
  [traitDate, valueDate],
);

const untilTime = keys('{ "until": … }', {
  until: untilText,
  on: days.optional(),
  zone: zone.optional(),
  within: duration.optional(),
  ifPast,
});
const untilDate = keys('{ "until": … }', { until: dated, ifPast });
const between = keys('{ "between": … }', {
  between: z.tuple([timeOfDay, endOfTime], { error: () => 'two times of day, such as ["09:00", "18:00"]' }),
  on: days.optional(),
  zone: zone.optional(),
});
const until = either(
  (value) => (isObject(value) && isObject(value['until']) ? untilDate : untilTime),
  [untilTime, untilDate],
);

/** Holds the person at this step until an instant. */
export const wait: StepKind<WaitStep> = {
  kind: 'wait',
  key: 'wait',
  schema: stepKeys({
    wait: either(
      (value) => {
        if (!isObject(value)) return durationOrNone;
        return byKey({ until, between })(value);
      },
      [durationOrNone, until, between],
    ),
  }),
  bodies: () => [],
  reads: ({ wait: held }) => {
    const until = isObject(held) && 'until' in held ? held.until : undefined;
    if (typeof until !== 'object' || !('value' in until) || until.value === undefined) return [];
    return [{ path: ['wait', 'until', 'value'], value: until.value }];
  },
  holds: ({ wait: held }) => {
    if (typeof held === 'string') return [{ path: ['wait'], duration: held }];
    const within = held && 'within' in held ? held.within : undefined;
    return within === undefined ? [] : [{ path: ['wait', 'within'], duration: within }];
  },
  lasts: ({ wait: held }) => (typeof held === 'string' ? held : undefined),
  says: (step, words) => {
    if (typeof step.wait === 'string') return `Wait ${words.duration(step.wait)}.`;
    const skips = 'ifPast' in step.wait && step.wait.ifPast === 'skip-next';
    return `Wait until ${untilWords(step.wait, words)}${skips ? '; if that is past, leave out the next step' : ''}.`;
  },
};

function untilWords(held: WaitUntil, words: Words): string {
  if ('between' in held) {
    return `it is between ${held.between.join(' and ')}${words.days(held.on)}${words.zone(held.zone)}`;
  }
  if (typeof held.until === 'object') {
    const source = 'trait' in held.until ? held.until.trait : held.until.value;
    return `${words.offset(held.until.offset)}the date in "${source}"`;
  }
  if (held.until === bestTime) return 'the best time for this person';
  return 'on' in held || 'zone' in held ? `${held.until}${words.days(held.on)}${words.zone(held.zone)}` : held.until;
}
