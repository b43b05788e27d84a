import { conditionSlot } from '../segment/condition-kinds.ts';
import { where } from '../segment/operator-shapes.ts';
import { byKey, either, keys, leaf, list, oneOrMany } from '../shape.ts';
import { isObject } from '../json.ts';
import {
  blockedValue,
  count,
  currency,
  days,
  duration,
  emailAddress,
  endOfTime,
  id,
  identifierKind,
  locale,
  namedZone,
  names,
  number,
  path,
  percent,
  stage,
  text,
  timeOfDay,
  word,
  yes,
} from '../values.ts';
import { channels, stages, validationModes } from './document.ts';
import { eventMatch } from './event-match.ts';
import { stepList } from './steps/step-kind.ts';

const schema = text('the address of a schema').optional();
const name = text('a name for people to read');
const when = conditionSlot();
const channel = word(channels);

const postalAddress = leaf(
  (value) =>
    typeof value === 'string' && value.trim() !== ''
      ? undefined
      : {
          code: 'wrong-type',
          must: 'the postal address that the law wants below each message',
          missing: 'missing-postal-address',
        },
  { type: 'string', minLength: 1 },
);
const sender = keys('the senders by channel', {
  email: keys('the sender of e-mail', {
    from: emailAddress,
    replyTo: emailAddress.optional(),
    postalAddress,
  }).optional(),
  sms: keys('the sender of texts', { sender: text('a phone number or a name') }).optional(),
  push: keys('the sender of push messages', { app: text('the name of an app') }).optional(),
});
const quietHours = keys('{ "from": "22:00", "to": "07:00" }', {
  from: timeOfDay,
  to: endOfTime,
  days: days.optional(),
});
const frequencyCap = keys('a cap such as { "channels": "email", "atMost": 2, "within": "P7D" }', {
  channels: oneOrMany('a channel or a list of them', channel),
  purpose: word(['marketing', 'transactional']).optional(),
  topic: text('the id of a topic').optional(),
  atMost: count(0),
  within: duration,
  then: word(['skip', 'defer']).optional(),
});
const limitedKind = keys('a kind with its limit', { kind: identifierKind, atMost: count(1) });
const uniqueKind = keys('a kind of which each person has one', { kind: identifierKind, unique: yes });
const identity = keys('rules such as { "order": …, "kinds": …, "blocked": …, "sharedBy": … }', {
  order: list('a list of kinds', identifierKind).optional(),
  kinds: list(
    'a list of kinds such as { "kind": "email", "atMost": 5 }',
    either(
      (value) => (isObject(value) ? byKey({ atMost: limitedKind, unique: uniqueKind })(value) : limitedKind),
      [limitedKind, uniqueKind],
    ),
  ).optional(),
  blocked: list('a list of values', blockedValue).optional(),
  sharedBy: count(2).optional(),
});
const each = <Key extends string, Value>(all: readonly Key[], value: Value): Record<Key, Value> =>
  Object.fromEntries(all.map((key) => [key, value])) as Record<Key, Value>;

/** workspace.json; conditions are read by their own kinds. */
export const workspaceSchema = keys('an object such as { "name": …, "timeZone": … }', {
  $schema: schema,
  name,
  timeZone: namedZone,
  locale,
  currency,
  sender,
  conversion: list('a list of events', keys('{ "event": … }', { event: names, where: where.optional() })),
  value: path.optional(),
  consent: word(['opt-in', 'opt-out']).optional(),
  quietHours: keys('quiet hours by channel', each(channels, quietHours.optional())).optional(),
  frequencyCaps: list('a list of caps', frequencyCap).optional(),
  holdout: percent.optional(),
  topics: list('a list of { "id": …, "name": … }', keys('{ "id": …, "name": … }', { id, name })).optional(),
  stages: keys('conditions by stage', each(stages, when.optional())).optional(),
  retention: duration.optional(),
  breaker: keys('{ "atMost": … }', { atMost: count(1) }).optional(),
  parkAfter: duration.optional(),
  identity: identity.optional(),
  events: keys('{ "validation": "warn", "unknown": "warn" }', {
    validation: word(validationModes).optional(),
    unknown: word(validationModes).optional(),
  }).optional(),
});

/** segments/<id>.segment.json; conditions are read by their own kinds. */
export const segmentSchema = keys('an object such as { "id": …, "name": …, "when": … }', {
  $schema: schema,
  id,
  name,
  backfill: word(['silent', 'enter']).optional(),
  when,
});

const label = text().optional();
/** audiences/<id>.audience.json; conditions are read by their own kinds. */
export const audienceSchema = keys('an object such as { "id": …, "name": …, "when": …, "use": … }', {
  $schema: schema,
  id,
  name,
  use: word(['acquisition', 'retargeting', 'exclusion', 'seed']),
  when,
  sync: list(
    'a list of ad platforms',
    keys('{ "platform": … }', { platform: text('a platform'), account: label, list: label, consent: label }),
  ).optional(),
});

const after = keys('{ "after": … }', { after: duration });
const againWord = word(['never', 'always']);
const trigger = leaf(
  (value) =>
    isObject(value)
      ? undefined
      : { code: 'wrong-type', must: 'what begins the journey, such as { "event": "Product Added" }' },
  { $ref: '#/$defs/trigger' },
);
const entry = keys('an entry', {
  on: trigger,
  when: when.optional(),
  key: path.optional(),
  again: either(
    (value) => {
      if (isObject(value)) return after;
      return typeof value === 'string'
        ? againWord
        : { code: 'wrong-type', must: '"never", "always" or { "after": "P7D" }' };
    },
    [againWord, after],
  ).optional(),
  meanwhile: word(['ignore', 'restart']).optional(),
  limit: keys('{ "atMost": …, "per": … }', { atMost: count(1), per: duration, by: path.optional() }).optional(),
});
const exitOn = keys('{ "on": … }', { on: eventMatch });
const exitWhen = keys('{ "when": … }', { when });
const exit = either(
  (value) => {
    if (isObject(value)) return byKey({ on: exitOn, when: exitWhen })(value);
    return { code: 'wrong-type', must: '{ "on": { "event": … } } or { "when": … }' };
  },
  [exitOn, exitWhen],
);

/** journeys/<id>.journey.json; the trigger, conditions and steps are read by their own kinds. */
export const journeySchema = keys('an object such as { "id": …, "name": …, "entry": …, "steps": … }', {
  $schema: schema,
  id,
  name,
  stage,
  kind: word(['acquisition', 'lifecycle', 'transactional']),
  entry,
  exit: list('a list of exits', exit).optional(),
  goal: keys('{ "on": { "event": … }, "within": … }', { on: eventMatch, within: duration }).optional(),
  holdout: percent.optional(),
  priority: number.optional(),
  steps: stepList,
});
