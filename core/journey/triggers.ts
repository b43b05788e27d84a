import { isObject } from '../json.ts';
import { registryOf, type Kind } from '../kinds.ts';
import { where } from '../segment/operator-shapes.ts';
import { byKey, either, keys } from '../shape.ts';
import {
  days,
  localDateTime,
  names,
  offset,
  text,
  timeOfDay,
  traitPath,
  wholeDays,
  word,
  yes,
  zone,
} from '../values.ts';

/** One way to enter a journey. Paths start at the trigger. */
export interface TriggerKind extends Kind {
  /** Whether a person can come by again and again, so that the journey must say what happens then. */
  readonly needsAgain: boolean;
}

const segmentId = text('the id of a segment');

const event: TriggerKind = {
  key: 'event',
  // The key of an entry stands beside "on", since it is the enrollment's own.
  schema: keys('an entry', { event: names, where: where.optional() }),
  needsAgain: true,
};
const segment: TriggerKind = {
  key: 'segment',
  schema: keys('an entry', { segment: segmentId, edge: word(['enter', 'leave']) }),
  needsAgain: true,
};

const onDays = days.optional();
const every = keys('{ "every": … }', { every: wholeDays, on: onDays, at: timeOfDay, zone: zone.optional() });
const once = keys('{ "once": … }', { once: localDateTime, zone: zone.optional() });
const schedule: TriggerKind = {
  key: 'schedule',
  schema: keys('an entry', {
    schedule: either((value) => (isObject(value) ? byKey({ every, once })(value) : every), [every, once]),
    segment: segmentId,
  }),
  needsAgain: false,
};

const traitDate = keys('{ "trait": … }', { trait: traitPath });
const holiday = keys('{ "holiday": … }', { holiday: text('the name of a holiday') });
const date: TriggerKind = {
  key: 'date',
  schema: keys('an entry', {
    date: either(
      (value) => (isObject(value) ? byKey({ trait: traitDate, holiday })(value) : traitDate),
      [traitDate, holiday],
    ),
    offset: offset.optional(),
    at: timeOfDay.optional(),
    repeats: word(['yearly']).optional(),
  }),
  needsAgain: false,
};
const api: TriggerKind = { key: 'api', schema: keys('an entry', { api: yes }), needsAgain: false };

/** Every way to enter a journey, by the key that tells it. */
export const triggerKinds = registryOf<TriggerKind>(
  {
    noun: 'entry',
    aNoun: 'an entry',
    unknown: 'unknown-trigger',
    ambiguous: 'ambiguous-trigger',
    onlyOne: 'A journey is entered in one way.',
  },
  [event, segment, schedule, date, api],
);
