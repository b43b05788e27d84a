import type { Draft } from '../draft.ts';
import { fullList, keys, ruled, type Complaint } from '../shape.ts';
import { duration, names, number, path } from '../values.ts';
import type {
  DidCondition,
  DidNotCondition,
  FirstCondition,
  LastCondition,
  Names,
  SequenceCondition,
  Where,
} from './condition.ts';
import type { AskedEvents, ConditionKind, Window } from './condition-kind.ts';
import { where } from './operator-shapes.ts';

const countKeys = ['atLeast', 'atMost', 'exactly'] as const;
export const did: ConditionKind<DidCondition> = {
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
  events: ({ did: asked, where: tests, sum, distinct }) => [
    {
      ...askedAt('did', asked, tests),
      ...(distinct !== undefined && { counted: { path: ['distinct'], property: distinct, isSum: false } }),
      ...(sum !== undefined && { counted: { path: ['sum'], property: sum, isSum: true } }),
    },
  ],
};

/** What a state holds at most: the profile that is written with every event stays small. */
const mostKept = 500;

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
    const isKept = 'within' in condition || 'distinct' in condition;
    const large = Object.entries(condition).find(
      ([key, value]) => countKeys.some((name) => name === key) && value > mostKept,
    );
    if (isKept && large) {
      const sentence = `"${large[0]}" is ${large[1]}, but in a window and of different values at most ${mostKept} are counted: each is kept with the person.`;
      return { code: 'bad-count', must: `at most ${mostKept}`, sentence };
    }
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

export const didNot: ConditionKind<DidNotCondition> = {
  key: 'didNot',
  schema: keys('a condition', { didNot: names, where: where.optional(), within: duration.optional() }),
  events: ({ didNot: asked, where: tests }) => [askedAt('didNot', asked, tests)],
  windows: (condition) => windowsAt(condition, 'within'),
};

const occasionShape = { where: where.optional(), olderThan: duration.optional(), newerThan: duration.optional() };
export const last: ConditionKind<LastCondition> = {
  key: 'last',
  schema: keys('a condition', { last: names, ...occasionShape }),
  events: ({ last: asked, where: tests }) => [askedAt('last', asked, tests)],
  windows: (condition) => windowsAt(condition, 'olderThan', 'newerThan'),
};
export const first: ConditionKind<FirstCondition> = {
  key: 'first',
  schema: keys('a condition', { first: names, ...occasionShape }),
  events: ({ first: asked, where: tests }) => [askedAt('first', asked, tests)],
  windows: (condition) => windowsAt(condition, 'olderThan', 'newerThan'),
};

export const sequence: ConditionKind<SequenceCondition> = {
  key: 'sequence',
  schema: ruled(
    keys('a condition', {
      sequence: fullList(
        'a list of { "did": … } in their order',
        keys('{ "did": … }', { did: names, where: where.optional() }),
      ),
      within: duration.optional(),
      thenNot: names.optional(),
      for: duration.optional(),
    }),
    sequenceRule,
  ),
  windows: (condition) => windowsAt(condition, 'within', 'for'),
  events: ({ sequence: parts, thenNot }) => [
    ...(parts ?? []).map((part, index) => ({
      path: ['sequence', index, 'did'],
      names: part?.did,
      where: { path: ['sequence', index, 'where'], tests: part?.where },
    })),
    { path: ['thenNot'], names: thenNot },
  ],
};

/** Parts of a sequence, for each of which a place is kept with the person. */
const mostParts = 10;

function sequenceRule(condition: object): Complaint | undefined {
  const { length } = (condition as SequenceCondition).sequence;
  if (length > mostParts) {
    const sentence = `This sequence has ${length} parts, but at most ${mostParts} are followed: a place in it is kept with the person.`;
    return { code: 'bad-count', must: `at most ${mostParts} parts`, sentence };
  }
  if (!('for' in condition) || 'thenNot' in condition) return undefined;
  const sentence =
    '"for" says for how long there is no "thenNot", which is not here. Add "thenNot", or take "for" away.';
  return { code: 'missing-key', must: 'with "thenNot"', sentence };
}
