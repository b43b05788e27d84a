import { RE2JS } from 're2js';
import { canonicalJson, isObject, type Json, type JsonObject } from '../json.ts';
import { valuesAt } from '../event/event.ts';
import { addDuration } from '../time/duration.ts';
import { parseInstant } from '../time/instant.ts';
import { fromLocal } from '../time/zone.ts';
import { firstAfter, steadyEnd } from './steady.ts';
import type { Moment, Operators, Where } from './condition.ts';

/** When and where a test is made: relative moments and zone-less dates need both. */
export interface Instant {
  readonly nowMs: number;
  readonly zone: string;
}

/** A compiled test over all values found at a path; an empty list is a missing value. */
export type Test = (values: readonly Json[], at: Instant) => boolean;

const keys = [
  'is',
  'isNot',
  'in',
  'notIn',
  'exists',
  'contains',
  'startsWith',
  'matches',
  'above',
  'atLeast',
  'below',
  'atMost',
  'before',
  'after',
] as const satisfies readonly (keyof Operators)[];

/** Whether a `where` value is a set of operators and not a value to equal. */
export const isOperators = (value: unknown): value is Operators =>
  isObject(value) &&
  Object.keys(value).length > 0 &&
  Object.keys(value).every((key) => (keys as readonly string[]).includes(key));

const same = (left: Json, right: Json): boolean =>
  left === right ||
  (typeof left === 'object' && typeof right === 'object' && canonicalJson(left) === canonicalJson(right));

/** One operator: what it asks of each value, and what it says where there is none. */
interface ValueTest {
  readonly one: (value: Json, at: Instant) => boolean;
  /** All values must pass; else one of them. */
  readonly isOfEvery?: boolean;
  /** A missing value makes every test false, `exists` apart. */
  readonly ofNone?: boolean;
}
const number = (test: (value: number) => boolean): ValueTest => ({
  one: (value) => typeof value === 'number' && test(value),
});
const text = (test: (value: string) => boolean): ValueTest => ({
  one: (value) => typeof value === 'string' && test(value),
});
const equal = (wanted: Json): ((value: Json) => boolean) =>
  typeof wanted === 'object' && wanted !== null ? (value) => same(value, wanted) : (value) => value === wanted;
const among = (wanted: readonly Json[]): ((value: Json) => boolean) =>
  wanted.some((one) => typeof one === 'object' && one !== null)
    ? (value) => wanted.some((one) => same(value, one))
    : (value) => wanted.includes(value);

function compileOne(key: (typeof keys)[number], operand: never): ValueTest {
  const wanted = operand as Json;
  switch (key) {
    case 'is':
      return { one: equal(wanted) };
    case 'isNot': {
      const isEqual = equal(wanted);
      return { one: (value) => !isEqual(value), isOfEvery: true };
    }
    case 'in':
      return { one: among(wanted as readonly Json[]) };
    case 'notIn': {
      const isAmong = among(wanted as readonly Json[]);
      return { one: (value) => !isAmong(value), isOfEvery: true };
    }
    case 'exists':
      return { one: () => wanted === true, ofNone: wanted === false };
    case 'contains':
      return {
        one: (value) =>
          same(value, wanted) || (typeof value === 'string' && typeof wanted === 'string' && value.includes(wanted)),
      };
    case 'startsWith':
      return text((value) => value.startsWith(wanted as string));
    case 'matches': {
      const pattern = RE2JS.compile(wanted as string);
      return text((value) => pattern.matcher(value).find());
    }
    case 'above':
      return number((value) => value > (wanted as number));
    case 'atLeast':
      return number((value) => value >= (wanted as number));
    case 'below':
      return number((value) => value < (wanted as number));
    case 'atMost':
      return number((value) => value <= (wanted as number));
    case 'before':
      return moment(operand as Moment, (value, limit) => value < limit);
    case 'after':
      return moment(operand as Moment, (value, limit) => value > limit);
    default:
      return key satisfies never;
  }
}

function moment(limit: Moment, holds: (valueMs: number, limitMs: number) => boolean): ValueTest {
  return {
    one: (value, at) => {
      const limitMs = momentMs(limit, at);
      const valueMs = dateMs(value, at.zone);
      return valueMs !== undefined && limitMs !== undefined && holds(valueMs, limitMs);
    },
  };
}

function momentMs(limit: Moment, at: Instant): number | undefined {
  if (typeof limit === 'string') return dateMs(limit, at.zone);
  if ('ago' in limit) return steadyEnd(at.nowMs, limit.ago, at.zone, -1);
  return steadyEnd(at.nowMs, limit.fromNow, at.zone, 1);
}

const localDate = /^(\d{4})-(\d{2})-(\d{2})$/;

/** An instant with offset, or a local date (its first instant in the zone); `undefined` for anything else. */
export function dateMs(value: Json, zone: string): number | undefined {
  if (typeof value !== 'string') return undefined;
  const date = localDate.exec(value);
  if (!date) return parseInstant(value);
  const midnightUtc = parseInstant(`${value}T00:00:00Z`);
  return midnightUtc === undefined ? undefined : fromLocal(zone, midnightUtc / 86_400_000, 0);
}

const testsOf = (operators: Operators): readonly ValueTest[] =>
  keys.filter((key) => operators[key] !== undefined).map((key) => compileOne(key, operators[key] as never));

/** Compiles operators; all must hold. */
export function compileOperators(operators: Operators): Test {
  const tests = testsOf(operators);
  return (values, at) =>
    tests.every(({ one, isOfEvery = false, ofNone = false }) => {
      if (values.length === 0) return ofNone;
      return isOfEvery ? values.every((value) => one(value, at)) : values.some((value) => one(value, at));
    });
}

/** The same of what stands in one place, which is mostly one value: of a list, of all that are in it. */
export function compileValueTest(operators: Operators): (value: Json | undefined, at: Instant) => boolean {
  const tests = testsOf(operators);
  const ofNone = tests.every((test) => test.ofNone);
  const ofMany = compileOperators(operators);
  const [first, ...others] = tests.map(({ one }) => one);
  return (value, at) => {
    if (value === undefined) return ofNone;
    if (Array.isArray(value)) return ofMany(valuesAt(value, []), at);
    if (!first?.(value, at)) return tests.length === 0;
    for (const one of others) if (!one(value, at)) return false;
    return true;
  };
}

/**
 * The instants at which a relative `before`/`after` changes by time alone, for the values at hand.
 * @returns those after `at.nowMs`, unsorted; the test itself says what they change to
 */
export function momentChanges(operators: Operators, values: readonly Json[], at: Instant): readonly number[] {
  const found: number[] = [];
  for (const limit of [operators.before, operators.after]) {
    if (limit === undefined || typeof limit === 'string') continue;
    const sign = 'ago' in limit ? -1 : 1;
    const duration = 'ago' in limit ? limit.ago : limit.fromNow;
    for (const value of values) {
      const valueMs = dateMs(value, at.zone);
      if (valueMs === undefined) continue;
      const guessMs = addDuration(valueMs, duration, at.zone, sign === 1 ? -1 : 1);
      // The limit reaches the value (`after` turns) and then passes it (`before` turns).
      for (const isPast of [(ms: number) => ms >= valueMs, (ms: number) => ms > valueMs]) {
        // Calendar arithmetic has no exact inverse, so the instant is searched.
        const isPastAt = (ms: number): boolean => isPast(steadyEnd(ms, duration, at.zone, sign));
        const changeMs = firstAfter(guessMs - slackMs, guessMs + slackMs, isPastAt);
        if (changeMs > at.nowMs) found.push(changeMs);
      }
    }
  }
  return found;
}
/** How far a date can come off by the lengths of months and by clock changes. */
const slackMs = 5 * 86_400_000;

/** A property by itself; one that holds nothing is missing. */
const valueIn = (properties: JsonObject, name: string): Json | undefined =>
  Object.hasOwn(properties, name) ? (properties[name] ?? undefined) : undefined;

/** Compiles `where` over an event's properties. */
export function compileWhere(where: Where | undefined): (properties: JsonObject, at: Instant) => boolean {
  const tests = Object.entries(where ?? {}).map(([path, wanted]) => {
    const parts = path.split('.');
    const operators = isOperators(wanted) ? wanted : { is: wanted as Json };
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) {
      const test = compileValueTest(operators);
      return (properties: JsonObject, at: Instant) => test(valueIn(properties, only), at);
    }
    const test = compileOperators(operators);
    return (properties: JsonObject, at: Instant) => test(valuesAt(properties, parts), at);
  });
  if (tests.length === 0) return () => true;
  return (properties, at) => tests.every((test) => test(properties, at));
}
