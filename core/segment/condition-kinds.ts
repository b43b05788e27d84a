import type { z } from 'zod';
import type { Draft } from '../draft.ts';
import { channels } from '../journey/document.ts';
import { isObject } from '../json.ts';
import { registryOf, type Kind } from '../kinds.ts';
import type { Path } from '../problem.ts';
import { either, fullList, keys, leaf, list, map, ruled, type Complaint, type ShapeCode } from '../shape.ts';
import {
  anything,
  duration,
  moment,
  names,
  number,
  offset,
  path,
  pattern,
  percent,
  text,
  valuePath,
  values,
  word,
  yesOrNo,
} from '../values.ts';
import type {
  AllCondition,
  AnyCondition,
  Condition,
  ConsentCondition,
  DayOfCondition,
  DidCondition,
  DidNotCondition,
  FirstCondition,
  LastCondition,
  NotCondition,
  RandomCondition,
  Names,
  SegmentCondition,
  SequenceCondition,
  TraitCondition,
  ValueCondition,
  Where,
} from './condition.ts';

/** A condition inside another thing; the path starts at that thing. */
export interface InnerCondition {
  readonly path: Path;
  readonly condition: Draft<Condition> | undefined;
}
/** A stretch of history that a condition looks at. */
export interface Window {
  readonly path: Path;
  readonly within: string;
}
/** A part of the language that parses today and runs in a later release. */
export interface Later {
  readonly path: Path;
  /** What it is, as the subject of a sentence: `A sequence of events`. */
  readonly what: string;
}

/** Events that a condition asks for, and what it asks of their properties. Paths start at the condition. */
export interface AskedEvents {
  /** Where the names stand. */
  readonly path: Path;
  readonly names: Draft<Names> | undefined;
  readonly where?: { readonly path: Path; readonly tests: Draft<Where> | undefined };
  /** A property that is added up. */
  readonly sum?: { readonly path: Path; readonly property: string };
}

/** One kind of condition: its keys, and what it holds that checks ask for. Paths start at the condition. */
export interface ConditionKind<C extends Condition = Condition> extends Kind {
  inner?(condition: Draft<C>): readonly InnerCondition[];
  windows?(condition: Draft<C>): readonly Window[];
  /** The id of the segment it asks. */
  segment?(condition: Draft<C>): string | undefined;
  /** Whether it reads what only a journey knows. */
  readonly isOfJourneys?: boolean;
  events?(condition: Draft<C>): readonly AskedEvents[];
  later?(condition: Draft<C>): readonly Later[];
}

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

const operatorShape = {
  is: anything.optional(),
  isNot: anything.optional(),
  in: values.optional(),
  notIn: values.optional(),
  exists: yesOrNo.optional(),
  contains: anything.optional(),
  startsWith: text().optional(),
  matches: pattern.optional(),
  above: number.optional(),
  atLeast: number.optional(),
  below: number.optional(),
  atMost: number.optional(),
  before: moment.optional(),
  after: moment.optional(),
};
const operatorNames = Object.keys(operatorShape);
const needsTest = (value: object): Complaint | undefined => {
  if (operatorNames.some((name) => name in value)) return undefined;
  const sentence = `This tests nothing. Add one of ${operatorNames.map((name) => `"${name}"`).join(', ')}.`;
  return { code: 'missing-test', must: 'a test', sentence };
};
const operators = ruled(keys('a test such as { "above": 100 }', operatorShape), needsTest);
const plainValue = leaf(
  (value) => {
    if (!Array.isArray(value)) return undefined;
    return { code: 'wrong-type', must: 'one value or a test; for any of several write { "in": [ … ] }' };
  },
  { type: ['string', 'number', 'boolean', 'null'] },
);
/** Property paths with the value or the test that each must meet. */
export const where = map(
  'property paths with their values, such as { "category": "Bikes" }',
  either((value) => (isObject(value) ? operators : plainValue), [plainValue, operators]),
);

const countKeys = ['atLeast', 'atMost', 'exactly'] as const;
const did: ConditionKind<DidCondition> = {
  key: 'did',
  schema: ruled(
    keys('a condition', {
      did: names,
      where: where.optional(),
      sum: path.optional(),
      distinct: path.optional(),
      atLeast: number.optional(),
      atMost: number.optional(),
      exactly: number.optional(),
      within: duration.optional(),
    }),
    didRule,
  ),
  windows: (condition) => windowsAt(condition, 'within'),
  events: ({ did: asked, where: tests, sum }) => [
    {
      ...askedAt('did', asked, tests),
      ...(sum !== undefined && { sum: { path: ['sum'], property: sum } }),
    },
  ],
  later: (condition) =>
    condition.distinct === undefined
      ? []
      : [{ path: ['distinct'], what: 'Counting the different values of a property' }],
};

function didRule(condition: object): Complaint | undefined {
  const given = countKeys.filter((key) => key in condition);
  if (given.includes('exactly') && given.length > 1) {
    const sentence = '"exactly" leaves no room for "atLeast" or "atMost". Keep one of them.';
    return { code: 'ambiguous-count', must: 'one count', sentence };
  }
  if ('sum' in condition && 'distinct' in condition) {
    const sentence = '"sum" and "distinct" count two different things. Write two conditions.';
    return { code: 'ambiguous-count', must: 'one count', sentence };
  }
  if (!('sum' in condition)) {
    const numbers = Object.entries(condition).filter(([key]) => countKeys.some((name) => name === key));
    const wrong = numbers.find(([key, value]) => !Number.isSafeInteger(value) || value < (key === 'atLeast' ? 1 : 0));
    if (!wrong) return undefined;
    const least = wrong[0] === 'atLeast' ? 1 : 0;
    const sentence = `"${wrong[0]}" counts events, so it must be a whole number, ${least} or more; it is ${wrong[1]}.`;
    return { code: 'bad-count', must: 'a whole number', sentence };
  }
  if (given.length > 0) return undefined;
  const sentence = 'This sums a property but does not say how much is needed. Add "atLeast", "atMost" or "exactly".';
  return { code: 'missing-test', must: 'a test', sentence };
}

const askedAt = (key: string, asked: Draft<Names> | undefined, tests: Draft<Where> | undefined): AskedEvents => ({
  path: [key],
  names: asked,
  where: { path: ['where'], tests },
});

function windowsAt(condition: Readonly<Record<string, unknown>>, ...at: readonly string[]): readonly Window[] {
  return at.flatMap((key) => {
    const within = condition[key];
    return typeof within === 'string' ? [{ path: [key], within }] : [];
  });
}

const didNot: ConditionKind<DidNotCondition> = {
  key: 'didNot',
  schema: keys('a condition', { didNot: names, where: where.optional(), within: duration.optional() }),
  events: ({ didNot: asked, where: tests }) => [askedAt('didNot', asked, tests)],
  windows: (condition) => windowsAt(condition, 'within'),
};

const occasionShape = { where: where.optional(), olderThan: duration.optional(), newerThan: duration.optional() };
const last: ConditionKind<LastCondition> = {
  key: 'last',
  schema: keys('a condition', { last: names, ...occasionShape }),
  events: ({ last: asked, where: tests }) => [askedAt('last', asked, tests)],
  windows: (condition) => windowsAt(condition, 'olderThan', 'newerThan'),
};
const first: ConditionKind<FirstCondition> = {
  key: 'first',
  schema: keys('a condition', { first: names, ...occasionShape }),
  events: ({ first: asked, where: tests }) => [askedAt('first', asked, tests)],
  windows: (condition) => windowsAt(condition, 'olderThan', 'newerThan'),
};

const sequence: ConditionKind<SequenceCondition> = {
  key: 'sequence',
  schema: keys('a condition', {
    sequence: fullList(
      'a list of { "did": … } in their order',
      keys('{ "did": … }', { did: names, where: where.optional() }),
    ),
    within: duration.optional(),
    thenNot: names.optional(),
    for: duration.optional(),
  }),
  windows: (condition) => windowsAt(condition, 'within', 'for'),
  events: ({ sequence: parts, thenNot }) => [
    ...(parts ?? []).map((part, index) => ({
      path: ['sequence', index, 'did'],
      names: part?.did,
      where: { path: ['sequence', index, 'where'], tests: part?.where },
    })),
    { path: ['thenNot'], names: thenNot },
  ],
  later: () => [{ path: ['sequence'], what: 'A sequence of events' }],
};

const trait: ConditionKind<TraitCondition> = {
  key: 'trait',
  schema: ruled(keys('a condition', { trait: path, ...operatorShape }), needsTest),
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
    dayOf: either((value) => (isObject(value) ? holiday : path), [path, holiday]),
    from: offset,
    to: offset,
  }),
  later: () => [{ path: ['dayOf'], what: 'A condition on a yearly day' }],
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
