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
const some =
  (test: (value: Json) => boolean): Test =>
  (values) =>
    values.some(test);
const number = (test: (value: number) => boolean): Test => some((value) => typeof value === 'number' && test(value));
const text = (test: (value: string) => boolean): Test => some((value) => typeof value === 'string' && test(value));

/** A missing value makes every test false, `exists` apart. */
function compileOne(key: (typeof keys)[number], operand: never): Test {
  const wanted = operand as Json;
  switch (key) {
    case 'is':
      return some((value) => same(value, wanted));
    case 'isNot':
      return (values) => values.length > 0 && !values.some((value) => same(value, wanted));
    case 'in':
      return some((value) => (wanted as readonly Json[]).some((one) => same(value, one)));
    case 'notIn':
      return (values) =>
        values.length > 0 && !values.some((value) => (wanted as readonly Json[]).some((one) => same(value, one)));
    case 'exists':
      return (values) => values.length > 0 === wanted;
    case 'contains':
      return some(
        (value) =>
          same(value, wanted) || (typeof value === 'string' && typeof wanted === 'string' && value.includes(wanted)),
      );
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

function moment(limit: Moment, holds: (valueMs: number, limitMs: number) => boolean): Test {
  return (values, at) => {
    const limitMs = momentMs(limit, at);
    return values.some((value) => {
      const valueMs = dateMs(value, at.zone);
      return valueMs !== undefined && limitMs !== undefined && holds(valueMs, limitMs);
    });
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

/** Compiles operators; all must hold. */
export function compileOperators(operators: Operators): Test {
  const tests = keys
    .filter((key) => operators[key] !== undefined)
    .map((key) => compileOne(key, operators[key] as never));
  if (tests.length === 1) return tests[0]!;
  return (values, at) => tests.every((test) => test(values, at));
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

/** Compiles `where` over an event's properties. */
export function compileWhere(where: Where | undefined): (properties: JsonObject, at: Instant) => boolean {
  const tests = Object.entries(where ?? {}).map(([path, wanted]) => {
    const parts = path.split('.');
    const test = compileOperators(isOperators(wanted) ? wanted : { is: wanted as Json });
    return (properties: JsonObject, at: Instant) => test(valuesAt(properties, parts), at);
  });
  if (tests.length === 0) return () => true;
  return (properties, at) => tests.every((test) => test(properties, at));
}
