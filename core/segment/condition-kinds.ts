import type { z } from 'zod';
import type { Draft } from '../draft.ts';
import { channels } from '../journey/document.ts';
import { isObject } from '../json.ts';
import { registryOf } from '../kinds.ts';
import { either, keys, leaf, list, ruled, type ShapeCode } from '../shape.ts';
import { offset, percent, text, traitPath, valuePath, word } from '../values.ts';
import type {
  AllCondition,
  AnyCondition,
  Condition,
  ConsentCondition,
  DayOfCondition,
  NotCondition,
  RandomCondition,
  SegmentCondition,
  TraitCondition,
  ValueCondition,
} from './condition.ts';
import type { ConditionKind, InnerCondition } from './condition-kind.ts';
import { did, didNot, first, last, sequence } from './event-condition-kinds.ts';
import { needsTest, operatorShape } from './operator-shapes.ts';

/** The place of a condition in another thing's keys; what it holds is read by its kind. */
export const conditionSlot = (missing?: ShapeCode): z.ZodType =>
  leaf(
    (value) => {
      const complaint = { code: 'wrong-type', must: 'a condition such as { "did": "Order Completed" }' } as const;
      return isObject(value) ? undefined : { ...complaint, ...(missing && { missing }) };
    },
    { $ref: '#/$defs/condition' },
  );
const conditionSlots = (noun: string): z.ZodType =>
  list(
    noun,
    leaf(() => undefined, { $ref: '#/$defs/condition' }),
  );

const trait: ConditionKind<TraitCondition> = {
  key: 'trait',
  schema: ruled(keys('a condition', { trait: traitPath, ...operatorShape }), needsTest),
};
const value: ConditionKind<ValueCondition> = {
  key: 'value',
  schema: ruled(keys('a condition', { value: valuePath, ...operatorShape }), needsTest),
  isOfJourneys: true,
};

const segment: ConditionKind<SegmentCondition> = {
  key: 'segment',
  schema: keys('a condition', { segment: text('the id of a segment') }),
  segment: (condition) => condition.segment,
};
const consent: ConditionKind<ConsentCondition> = {
  key: 'consent',
  schema: keys('a condition', {
    consent: word(channels),
    purpose: text('a purpose such as "marketing"').optional(),
    is: word(['granted', 'denied', 'unknown']),
  }),
};

const holiday = keys('{ "holiday": … }', { holiday: text('the name of a holiday') });
const dayOf: ConditionKind<DayOfCondition> = {
  key: 'dayOf',
  schema: keys('a condition', {
    dayOf: either((value) => (isObject(value) ? holiday : traitPath), [traitPath, holiday]),
    from: offset,
    to: offset,
  }),
};
const random: ConditionKind<RandomCondition> = {
  key: 'random',
  schema: keys('a condition', { random: percent, salt: text().optional() }),
};

const members = (key: 'all' | 'any', conditions: Draft<readonly Condition[]> | undefined): readonly InnerCondition[] =>
  (conditions ?? []).map((condition, index) => ({ path: [key, index], condition }));
const all: ConditionKind<AllCondition> = {
  key: 'all',
  schema: keys('a condition', { all: conditionSlots('a list of conditions') }),
  inner: (condition) => members('all', condition.all),
};
const any: ConditionKind<AnyCondition> = {
  key: 'any',
  schema: keys('a condition', { any: conditionSlots('a list of conditions') }),
  inner: (condition) => members('any', condition.any),
};
const not: ConditionKind<NotCondition> = {
  key: 'not',
  schema: keys('a condition', { not: conditionSlot() }),
  inner: (condition) => [{ path: ['not'], condition: condition.not }],
};

/** Every kind of condition, by the key that tells it. */
export const conditionKinds = registryOf<ConditionKind>(
  {
    noun: 'condition',
    aNoun: 'a condition',
    unknown: 'unknown-condition',
    ambiguous: 'ambiguous-condition',
    onlyOne: 'Write two conditions and join them with "all" or "any".',
  },
  [all, any, not, trait, did, didNot, last, first, sequence, segment, consent, dayOf, random, value],
);
