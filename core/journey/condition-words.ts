import { groupsTrait } from '../trait/computed-trait.ts';
import { isObject, type Json } from '../json.ts';
import type { Condition, Moment, Operators, Where } from '../segment/condition.ts';
import type { Words } from './words.ts';

const value = (one: Json | undefined): string => (typeof one === 'string' ? `"${one}"` : (JSON.stringify(one) ?? ''));

function moment(one: Moment, words: Words): string {
  if (typeof one === 'string') return one;
  return 'ago' in one ? `${words.duration(one.ago)} ago` : `${words.duration(one.fromNow)} from now`;
}

const operatorWords: Readonly<Record<string, string>> = {
  is: 'is',
  isNot: 'is not',
  contains: 'contains',
  startsWith: 'starts with',
  matches: 'matches',
  above: 'is above',
  atLeast: 'is at least',
  below: 'is below',
  atMost: 'is at most',
};

/** The tests on one value, without what is tested: `is at least 60`. */
function tests(operators: Operators, words: Words): string {
  const { in: among, notIn, exists, before, after, ...plain } = operators;
  return [
    ...Object.entries(operatorWords).flatMap(([key, said]) => {
      const given = (plain as Readonly<Record<string, Json | undefined>>)[key];
      return given === undefined ? [] : [`${said} ${value(given)}`];
    }),
    ...(among ? [`is one of ${among.map(value).join(', ')}`] : []),
    ...(notIn ? [`is none of ${notIn.map(value).join(', ')}`] : []),
    ...(exists === undefined ? [] : [exists ? 'is there' : 'is not there']),
    ...(before === undefined ? [] : [`is before ${moment(before, words)}`]),
    ...(after === undefined ? [] : [`is after ${moment(after, words)}`]),
  ].join(' and ');
}

/** ` where category is "Bikes"`; empty for none. */
export function whereWords(where: Where | undefined, words: Words): string {
  const said = Object.entries(where ?? {}).map(([path, test]) =>
    isObject(test) ? `${path} ${tests(test, words)}` : `${path} is ${value(test as Json)}`,
  );
  return said.length === 0 ? '' : ` where ${said.join(' and ')}`;
}

const within = (text: string | undefined, words: Words): string =>
  text === undefined ? '' : ` within ${words.duration(text)}`;

function times({ atLeast, atMost, exactly }: { atLeast?: number; atMost?: number; exactly?: number }): string {
  const said = [
    ...(exactly === undefined ? [] : [`exactly ${exactly}`]),
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
  ].join(' and ');
  return said;
}

type Did = Extract<Condition, { did: unknown }>;
function didWords(condition: Did, words: Words): string {
  const what = `${words.names(condition.did)}${whereWords(condition.where, words)}`;
  const often = times(condition);
  if (condition.sum !== undefined)
    return `the sum of ${condition.sum} of ${what} is ${often}${within(condition.within, words)}`;
  if (condition.distinct !== undefined)
    return `${often} different ${condition.distinct} of ${what}${within(condition.within, words)}`;
  return `did ${what}${often === '' ? '' : ` ${often} times`}${within(condition.within, words)}`;
}

type Occasion = Extract<Condition, { last: unknown } | { first: unknown }>;
function occasionWords(condition: Occasion, words: Words): string {
  const [which, names] = 'last' in condition ? ['last', condition.last] : ['first', condition.first];
  const age = [
    ...(condition.olderThan === undefined ? [] : [`over ${words.duration(condition.olderThan)} ago`]),
    ...(condition.newerThan === undefined ? [] : [`under ${words.duration(condition.newerThan)} ago`]),
  ].join(' and ');
  return `${which} ${words.names(names)}${whereWords(condition.where, words)} ${age}`.trimEnd();
}

type Sequence = Extract<Condition, { sequence: unknown }>;
function sequenceWords(condition: Sequence, words: Words): string {
  const steps = condition.sequence.map(({ did, where }) => `${words.names(did)}${whereWords(where, words)}`);
  const not = condition.thenNot === undefined ? '' : `, then no ${words.names(condition.thenNot)}`;
  const quiet = condition.for === undefined ? '' : ` for ${words.duration(condition.for)}`;
  return `${steps.join(', then ')}${within(condition.within, words)}${not}${quiet}`;
}

const several = (list: readonly Condition[], joint: string, words: Words): string =>
  list
    .map((one) => ('all' in one || 'any' in one ? `(${conditionWords(one, words)})` : conditionWords(one, words)))
    .join(joint);

/** A condition as a diagram says it, without an end: `did Product Viewed at least 3 times within 14 days`. */
export function conditionWords(condition: Condition, words: Words): string {
  if ('all' in condition) return condition.all.length === 0 ? 'everybody' : several(condition.all, ' and ', words);
  if ('any' in condition) return condition.any.length === 0 ? 'nobody' : several(condition.any, ' or ', words);
  if ('not' in condition) return `not: ${conditionWords(condition.not, words)}`;
  if ('did' in condition) return didWords(condition, words);
  if ('didNot' in condition)
    return `no ${words.names(condition.didNot)}${whereWords(condition.where, words)}${within(condition.within, words)}`;
  if ('last' in condition || 'first' in condition) return occasionWords(condition, words);
  if ('sequence' in condition) return sequenceWords(condition, words);
  if ('segment' in condition) return `in segment "${condition.segment}"`;
  if ('consent' in condition)
    return `consent to ${condition.consent}${condition.purpose === undefined ? '' : ` for ${condition.purpose}`} is ${condition.is}`;
  if ('dayOf' in condition) {
    const { dayOf, from, to } = condition;
    const day = typeof dayOf === 'string' ? `the day in "${dayOf}"` : `holiday "${dayOf.holiday}"`;
    return `from ${words.offset(from)}${day} until ${words.offset(to)}${typeof dayOf === 'string' ? 'that day' : 'it'}`;
  }
  if ('random' in condition) return `a stable ${condition.random} percent`;
  if ('trait' in condition) return `${traitWords(condition.trait)} ${tests(condition, words)}`;
  if ('value' in condition) return `${condition.value} ${tests(condition, words)}`;
  return condition satisfies never;
}

/** A trait of a group is said to be one. */
function traitWords(path: string): string {
  const [root, type, ...rest] = path.split('.');
  return root === groupsTrait && rest.length > 0 ? `${rest.join('.')} of their ${type}` : path;
}
