import type { Occurrence } from '../../../core/event/event.ts';
import type {
  Condition,
  DayOfCondition,
  DidCondition,
  Operators,
  SequenceCondition,
  Where,
} from '../../../core/segment/condition.ts';
import type { Json, JsonObject } from '../../../core/json.ts';
import { addDuration } from '../../../core/time/duration.ts';
import { fromLocal, toLocal } from '../../../core/time/zone.ts';

/** A person as the plain reader sees one: everything that ever happened, and how things stand. */
export interface Person {
  readonly events: readonly Occurrence[];
  readonly traits: JsonObject;
  readonly consent: { readonly [key: string]: string };
  readonly segments: readonly string[];
}
export interface Moment {
  readonly nowMs: number;
  readonly zone: string;
}
/** In which events are read as they come: the workspace's. */
export const eventZone = 'UTC';

const quarterMs = 15 * 60_000;

const memo = new Map<string, number>();

/**
 * When a duration that began at an instant is over: never earlier for a later beginning, also in the hour that an autumn
 * change repeats, and on the last days of a month. Clocks change on quarters of an hour and days begin there, so the
 * last instants of the quarters before are all that matter: of three hours, or of four days where months are counted.
 */
export function endOf(ms: number, duration: string, zone: string, sign: 1 | -1): number {
  const key = `${ms} ${duration} ${zone} ${sign}`;
  const known = memo.get(key);
  if (known !== undefined) return known;
  let endMs = addDuration(ms, duration, zone, sign);
  const quarter = Math.floor(ms / quarterMs) * quarterMs;
  const quarters = /^P\d+M/.test(duration) ? 4 * 96 : 12;
  for (let back = 0; back <= quarters; back++) {
    endMs = Math.max(endMs, addDuration(quarter - back * quarterMs - 1, duration, zone, sign));
  }
  if (memo.size > 100_000) memo.clear();
  memo.set(key, endMs);
  return endMs;
}

/** Reads a condition over the whole of a life, without any state: slow, plain, and written from the language's page. */
export function holds(condition: Condition, person: Person, at: Moment): boolean {
  if ('all' in condition) return condition.all.every((one) => holds(one, person, at));
  if ('any' in condition) return condition.any.some((one) => holds(one, person, at));
  if ('not' in condition) return !holds(condition.not, person, at);
  if ('segment' in condition) return person.segments.includes(condition.segment);
  if ('consent' in condition)
    return (person.consent[`${condition.consent}/${condition.purpose ?? 'marketing'}`] ?? 'unknown') === condition.is;
  if ('trait' in condition) return passes(condition, read(person.traits, condition.trait), at);
  if ('dayOf' in condition) return isAround(condition, person, at);
  if ('didNot' in condition) return happened(condition.didNot, condition, person, at).length === 0;
  if ('did' in condition) return enough(condition, happened(condition.did, condition, person, at));
  if ('last' in condition || 'first' in condition) {
    const names = 'last' in condition ? condition.last : condition.first;
    const times = happened(names, { where: condition.where ?? {} }, person, at).map((event) => event.occurredMs);
    if (times.length === 0) return false;
    const ms = 'last' in condition ? Math.max(...times) : Math.min(...times);
    const { olderThan, newerThan } = condition;
    const isOld = olderThan === undefined || at.nowMs >= addDuration(ms, olderThan, at.zone, 1);
    return isOld && (newerThan === undefined || at.nowMs < addDuration(ms, newerThan, at.zone, 1));
  }
  if ('sequence' in condition) return isInOrder(condition, person, at);
  throw new Error(`Not read here: ${Object.keys(condition).join()}`);
}

function enough({ sum, distinct, atLeast, atMost, exactly }: DidCondition, events: readonly Occurrence[]): boolean {
  const amount = (event: Occurrence): number =>
    read(event.properties, sum!).reduce<number>((all, one) => all + (typeof one === 'number' ? one : 0), 0);
  const different = new Set(
    events.flatMap((event) => read(event.properties, distinct ?? '').filter((one) => one !== null)),
  );
  const count = distinct === undefined ? events.length : different.size;
  const total = sum === undefined ? count : events.reduce((all, event) => all + amount(event), 0);
  if (exactly !== undefined) return total === exactly;
  if (atLeast === undefined && atMost === undefined) return total >= 1;
  return total >= (atLeast ?? -Infinity) && total <= (atMost ?? Infinity);
}

function happened(
  names: string | readonly string[],
  { where, within }: { readonly where?: Where | undefined; readonly within?: string | undefined },
  person: Person,
  { nowMs, zone }: Moment,
): readonly Occurrence[] {
  return person.events
    .filter((event) => [names].flat().includes(event.name))
    .filter((event) => within === undefined || nowMs < endOf(event.occurredMs, within, zone, 1))
    .filter((event) =>
      Object.entries(where ?? {}).every(([path, wanted]) => {
        const operators = typeof wanted === 'object' && wanted !== null ? (wanted as Operators) : { is: wanted };
        return passes(operators, read(event.properties, path), { nowMs: event.occurredMs, zone });
      }),
    );
}

/** Tries every row of different events that stand in for the parts. */
function isInOrder(condition: SequenceCondition, person: Person, { nowMs, zone }: Moment): boolean {
  const { sequence, within, thenNot, for: quiet } = condition;
  const ofPart = sequence.map(({ did, where }) => happened(did, { where }, person, { nowMs, zone: eventZone }));
  const endsOf = (part: number, row: readonly Occurrence[]): readonly number[] => {
    const [first, last] = [row[0], row.at(-1)];
    if (part === ofPart.length) return [last!.occurredMs];
    return ofPart[part]!.filter((event) => !row.includes(event) && (!last || event.occurredMs >= last.occurredMs))
      .filter(
        (event) => !first || within === undefined || event.occurredMs < endOf(first.occurredMs, within, eventZone, 1),
      )
      .flatMap((event) => endsOf(part + 1, [...row, event]));
  };
  const nots = thenNot === undefined ? [] : happened(thenNot, {}, person, { nowMs, zone: eventZone });
  const sinceMs = Math.max(-Infinity, ...nots.map(({ occurredMs }) => occurredMs));
  const doneMs = Math.min(Infinity, ...endsOf(0, []).filter((ms) => ms > sinceMs));
  return nowMs >= (quiet === undefined || doneMs === Infinity ? doneMs : endOf(doneMs, quiet, zone, 1));
}

/** All values at a dotted path; through a list, those of any element. */
function read(root: Json | undefined, path: string): readonly Json[] {
  const [head, ...rest] = path.split('.');
  if (root === undefined || root === null) return [];
  if (head === '' || head === undefined) return Array.isArray(root) ? root : [root as Json];
  if (Array.isArray(root)) return root.flatMap((one: Json) => read(one, path));
  if (typeof root !== 'object') return [];
  return read((root as JsonObject)[head], rest.join('.'));
}

function passes(operators: Operators, values: readonly Json[], { nowMs, zone }: Moment): boolean {
  const some = (test: (value: Json) => boolean): boolean => values.some(test);
  const isNumber = (test: (value: number) => boolean) => some((value) => typeof value === 'number' && test(value));
  const limit = (moment: NonNullable<Operators['before']>): number => {
    if (typeof moment === 'string') return Date.parse(moment);
    return 'ago' in moment ? endOf(nowMs, moment.ago, zone, -1) : endOf(nowMs, moment.fromNow, zone, 1);
  };
  const isDate = (test: (ms: number) => boolean) =>
    some((value) => typeof value === 'string' && test(Date.parse(value)));
  const tests: { readonly [key in keyof Operators]: () => boolean } = {
    is: () => some((value) => value === operators.is),
    isNot: () => values.length > 0 && !some((value) => value === operators.isNot),
    in: () => some((value) => operators.in!.includes(value)),
    notIn: () => values.length > 0 && !some((value) => operators.notIn!.includes(value)),
    exists: () => values.length > 0 === operators.exists,
    contains: () =>
      some(
        (value) =>
          value === operators.contains || (typeof value === 'string' && value.includes(String(operators.contains))),
      ),
    startsWith: () => some((value) => typeof value === 'string' && value.startsWith(operators.startsWith!)),
    matches: () => some((value) => typeof value === 'string' && new RegExp(operators.matches!).test(value)),
    above: () => isNumber((value) => value > operators.above!),
    atLeast: () => isNumber((value) => value >= operators.atLeast!),
    below: () => isNumber((value) => value < operators.below!),
    atMost: () => isNumber((value) => value <= operators.atMost!),
    before: () => isDate((ms) => ms < limit(operators.before!)),
    after: () => isDate((ms) => ms > limit(operators.after!)),
  };
  return Object.entries(tests).every(([key, test]) => !(key in operators) || test());
}

/** Every year that anybody here could mean, one after the other. */
function isAround({ dayOf, from, to }: DayOfCondition, person: Person, { nowMs, zone }: Moment): boolean {
  const said = typeof dayOf === 'string' ? read(person.traits, dayOf) : holidaysOf(person, dayOf.holiday);
  return said.some((text) => {
    const [, year, month, day] = /^(\d{4}|-)-(\d\d)-(\d\d)/.exec(localDate(String(text), zone)) ?? [];
    if (Number(month) < 1 || !(Number(month) <= 12)) return false;
    const years = Array.from({ length: 40 }, (_, index) => 2000 + index);
    const meant =
      typeof dayOf === 'string'
        ? years.filter((one) => year === '-' || one >= Number(year))
        : year === '-'
          ? years
          : [Number(year)];
    return meant.some((one) => {
      const isLeap = new Date(Date.UTC(one, 1, 29)).getUTCMonth() === 1;
      const shown = `${one}-${month}-${month === '02' && day === '29' && !isLeap ? '28' : day}`;
      const midnightMs = firstInstant(shown, zone);
      return nowMs >= addDuration(midnightMs, from, zone) && nowMs < addDuration(midnightMs, to, zone);
    });
  });
}

const dayMs = 86_400_000;
/** A date as it is, of an instant the date where the person lives. */
function localDate(text: string, zone: string): string {
  if (!text.includes('T')) return text;
  const { year, month, day } = toLocal(zone, Date.parse(text));
  return [year, month, day].map((part) => String(part).padStart(2, '0')).join('-');
}
const firstInstant = (date: string, zone: string): number => fromLocal(zone, Date.parse(`${date}T00:00Z`) / dayMs, 0);
/** Of the one country that has any. */
const holidaysOf = ({ traits }: Person, holiday: string): readonly string[] =>
  String(traits['country']).toLowerCase() === 'lv' ? (holidaysOfLatvia[holiday] ?? []) : [];
/** Some that stay and some that move, about the clock changes. */
export const holidaysOfLatvia: { readonly [holiday: string]: readonly string[] } = {
  spring: ['--03-29'],
  moving: ['2026-10-25', '2026-03-08', '2018-11-04'],
};
