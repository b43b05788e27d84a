import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valuesAt, type Occurrence } from '../../../core/event/event.ts';
import type { Json } from '../../../core/json.ts';
import { newProfile } from '../../../core/profile/profile.ts';
import { compileCondition, type View } from '../../../core/segment/compile-condition.ts';
import { steadyEnd } from '../../../core/segment/steady.ts';
import { toInstant } from '../../../core/time/instant.ts';
import { toLocal } from '../../../core/time/zone.ts';
import { compileTraits } from '../../../core/trait/compile-traits.ts';
import type { ComputedTraits } from '../../../core/trait/computed-trait.ts';
import type { TraitDocument } from '../../../core/trait/trait-document.ts';
import { runs } from '../../properties.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
// Around the clock changes of spring in both zones.
const beganMs = Date.parse('2026-03-01T00:00:00Z');
const days = 40;

type Value = string | number | boolean;

const event = fc
  .record({
    name: fc.constantFrom('A', 'B'),
    hour: fc.nat(days * 24),
    n: fc.option(fc.constantFrom<Json>(0, 1, 2, -3, 0.1, 0.2, 7.77, 'text'), { nil: undefined }),
    c: fc.option(fc.constantFrom<Json>('x', 'y', 'z', '', true), { nil: undefined }),
    items: fc.array(fc.constantFrom<Json>(1, 2, 5, 'x'), { maxLength: 3 }),
  })
  .map(({ name, hour, n, c, items }): Omit<Occurrence, 'eventId'> => ({
    name,
    occurredMs: beganMs + hour * hourMs,
    properties: {
      ...(n !== undefined && { n }),
      ...(c !== undefined && { c }),
      items: items.map((v) => ({ v })),
    },
  }));
const history = fc
  .array(event, { maxLength: 25 })
  .map((events) => events.map((one, index): Occurrence => ({ ...one, eventId: `e${index}` })));

const names = fc.constantFrom<string | readonly string[]>('A', ['A', 'B']);
const where = fc.option(fc.constant({ c: 'x' }), { nil: undefined });
const within = fc.option(fc.constantFrom('P2D', 'PT36H', 'P1M', 'P1W'), { nil: undefined });
const source = fc.record({ where, within });
const head = { id: 't', name: 'T' };
const as = fc.option(fc.constant({ x: 'ex', '1': 'one', A: 'first' }), { nil: undefined });

const trait: fc.Arbitrary<TraitDocument> = fc
  .tuple(
    fc.constantFrom(
      'count',
      'sum',
      'average',
      'min',
      'max',
      'first',
      'last',
      'mostFrequent',
      'list',
      'daysSince',
      'daysWith',
      'daysBetween',
    ),
    names,
    source,
    fc.constantFrom('n', 'items.v', 'c'),
    fc.constantFrom('of', 'event', 'hour', 'weekday'),
    as,
    fc.integer({ min: 1, max: 4 }),
    fc.boolean(),
  )
  .map(([kind, of, more, property, by, named, atMost, isOfProperty]) => {
    const common = { ...head, [kind]: of, where: more.where };
    const ofOrBy = by === 'of' ? { of: property } : { by };
    const all: { [kind: string]: object } = {
      count: { ...common, within: more.within },
      first: { ...common, within: more.within, ...(isOfProperty && { of: property, as: named }) },
      mostFrequent: { ...common, within: more.within, ...ofOrBy, as: named },
      list: {
        ...common,
        within: more.within,
        ...(by === 'event' ? { by } : { of: property }),
        as: named,
        ...(!named && { atMost }),
      },
      daysSince: common,
      daysWith: common,
      daysBetween: common,
    };
    const numbers = { ...common, within: more.within, of: property };
    return (all[kind === 'last' ? 'first' : kind] ?? numbers) as TraitDocument;
  });

const zones = fc.constantFrom('UTC', 'Europe/Riga', 'America/New_York');

/** What a trait says, by looking at everything there ever was. */
function naive(document: TraitDocument, all: readonly Occurrence[], nowMs: number, zone: string): Json | undefined {
  const written = document as unknown as { readonly [key: string]: Json | undefined };
  const kind = Object.keys(written).find((key) => kinds.has(key))!;
  const asked = [written[kind]].flat() as readonly string[];
  const {
    of,
    by,
    within: span,
    as: named,
    where: tests,
  } = written as {
    of?: string;
    by?: string;
    within?: string;
    as?: { [value: string]: string };
    where?: { c: string };
  };
  const isNumeric = ['sum', 'average', 'min', 'max'].includes(kind);
  const live = all
    .filter(({ name, properties }) => asked.includes(name) && (!tests || properties['c'] === tests.c))
    .filter(({ occurredMs }) => span === undefined || nowMs < steadyEnd(occurredMs, span, zone, 1))
    .toSorted((a, b) => a.occurredMs - b.occurredMs);
  if (kind === 'count') return live.length;
  const lastMs = live.at(-1)?.occurredMs;
  if (kind === 'daysSince')
    return lastMs === undefined
      ? undefined
      : Math.max(0, toLocal(zone, nowMs).dayNumber - toLocal(zone, lastMs).dayNumber);
  // As the states are made: the days of the workspace's zone.
  const days = [...new Set(live.map(({ occurredMs }) => toInstant(occurredMs).slice(0, 10)))];
  if (kind === 'daysWith') return days.length;
  if (kind === 'daysBetween')
    return days.length < 2
      ? undefined
      : (Date.parse(days.at(-1)!) - Date.parse(days[0]!)) / 86_400_000 / (days.length - 1);
  const told = live
    .flatMap((one): readonly (readonly [number, Value])[] => {
      const { occurredMs: ms } = one;
      if (by === 'event') return [[ms, one.name]];
      if (by === 'hour') return [[ms, Math.floor(toLocal(zone, ms).msOfDay / hourMs)]];
      if (by === 'weekday') return [[ms, toLocal(zone, ms).weekDay]];
      if (of === undefined) return [[ms, toInstant(ms)]];
      return valuesAt(one.properties, of.split('.'))
        .filter((value) => (isNumeric ? typeof value === 'number' : value !== ''))
        .map((value) => [ms, value as Value] as const);
    })
    .filter(([, value]) => !named || Object.hasOwn(named, String(value)))
    .toSorted(
      ([leftMs, left], [rightMs, right]) => leftMs - rightMs || (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1),
    );
  const values = told.map(([, value]) => value);
  const numbers = values as readonly number[];
  const total = numbers.reduce((sum, value) => sum + Math.round(Number(value) * 1e6), 0);
  const call = (value: Value | undefined): Json | undefined =>
    value === undefined || !named ? value : Object.hasOwn(named, String(value)) ? named[String(value)] : undefined;
  switch (kind) {
    case 'sum':
      return total / 1e6;
    case 'average':
      return numbers.length === 0 ? undefined : total / numbers.length / 1e6;
    case 'min':
      return numbers.length === 0 ? undefined : Math.min(...numbers);
    case 'max':
      return numbers.length === 0 ? undefined : Math.max(...numbers);
    case 'first':
      return call(values[0]);
    case 'last':
      return call(values.at(-1));
    case 'list': {
      const latest = [...new Set(values.toReversed())].map(call).filter((value) => value !== undefined);
      const list = [...new Set(latest)].slice(0, (written['atMost'] as number | undefined) ?? 20);
      return list.length === 0 ? undefined : list;
    }
    default: {
      const called = told.flatMap(([ms, value]) => {
        const name = call(value);
        return name === undefined ? [] : [{ ms, name }];
      });
      const groups = [...Map.groupBy(called, ({ name }) => name)].map(([name, group]) => ({
        name,
        count: group.length,
        lastMs: Math.max(...group.map(({ ms }) => ms)),
      }));
      groups.sort((a, b) => b.count - a.count || b.lastMs - a.lastMs || (String(a.name) < String(b.name) ? -1 : 1));
      return groups[0]?.name;
    }
  }
}
const kinds = new Set([
  ...['count', 'sum', 'average', 'min', 'max', 'first', 'last', 'mostFrequent', 'list'],
  ...['daysSince', 'daysWith', 'daysBetween'],
]);

/** Whether a tally of hours is exact: the zone's offset is the same now and at every event. */
const isExact = (document: TraitDocument): boolean =>
  !('by' in document && (document.by === 'hour' || document.by === 'weekday') && document.within === undefined);

type States = { [key: string]: Json };
function fold(traits: ComputedTraits, events: readonly Occurrence[]): States {
  const states: States = {};
  for (const leaf of [...traits.values()].flatMap(({ leaves }) => leaves))
    for (const one of events) {
      if (!leaf.names.has(one.name)) continue;
      const after = leaf.step(states[leaf.key], one, 'UTC');
      if (after !== undefined) states[leaf.key] = after;
    }
  return states;
}
function merged(traits: ComputedTraits, left: States, right: States): States {
  const states: States = {};
  for (const leaf of [...traits.values()].flatMap(({ leaves }) => leaves)) {
    const state = leaf.merge(left[leaf.key], right[leaf.key]);
    if (state !== undefined) states[leaf.key] = state;
  }
  return states;
}
const viewOf = (computed: ComputedTraits, conditions: States, nowMs: number, zone: string): View => ({
  profile: { ...newProfile('p', 0), conditions },
  nowMs,
  zone,
  calendars: new Map(),
  computed,
  states: {},
});
/** Events come at most a day before the clock. */
const nowAfter = (events: readonly Occurrence[], hours: number): number =>
  Math.max(beganMs, ...events.map(({ occurredMs }) => occurredMs)) - dayMs + hours * hourMs;

describe('a computed trait', () => {
  it('says what all that happened says, in whatever order it came and under however many names', () => {
    fc.assert(
      fc.property(
        trait,
        history,
        zones,
        fc.nat(1_500),
        fc.func(fc.nat(9)),
        (document, events, zone, hours, shuffle) => {
          const computed = compileTraits([document], []);
          const nowMs = nowAfter(events, hours);
          const order = (one: Occurrence): number => shuffle(one.eventId);
          const shuffled = events.toSorted((a, b) => order(a) - order(b));
          const [left, right] = [
            shuffled.filter((one) => order(one) % 2 === 0),
            shuffled.filter((one) => order(one) % 2 === 1),
          ];
          const whole = fold(computed, shuffled);
          const joined = merged(computed, fold(computed, left), fold(computed, right));
          const valueIn = (states: States): Json | undefined =>
            computed.get('t')!.valueOf(viewOf(computed, states, nowMs, zone));
          expect(valueIn(joined)).toEqual(valueIn(whole));
          // In UTC there is no clock to change.
          const asked = isExact(document) ? zone : 'UTC';
          expect(computed.get('t')!.valueOf(viewOf(computed, whole, nowMs, asked))).toEqual(
            naive(document, events, nowMs, asked),
          );
        },
      ),
      runs(100_000),
    );
  });

  it('changes by itself at no other instant than it says, and neither does what asks for it', () => {
    const test = fc.oneof(
      fc.record({ atLeast: fc.integer({ min: -2, max: 6 }) }),
      fc.record({ atMost: fc.integer({ min: -2, max: 6 }) }),
      fc.record({ exists: fc.boolean() }),
      fc.record({ is: fc.constantFrom<Json>('x', 1, 'A', 'MO') }),
      fc.record({ before: fc.record({ ago: fc.constantFrom('P1D', 'P5D') }) }),
    );
    fc.assert(
      fc.property(
        trait.filter(isExact),
        test,
        history,
        zones,
        fc.nat(1_500),
        fc.array(fc.double({ min: 0, max: 0.999_999, noNaN: true }), { minLength: 3, maxLength: 3 }),
        (document, operators, events, zone, hours, shares) => {
          const computed = compileTraits([document], []);
          const condition = compileCondition({ trait: 't', ...operators });
          const view = viewOf(computed, fold(computed, events), nowAfter(events, hours), zone);
          const at = (ms: number): View => ({ ...view, nowMs: ms });
          const { valueOf, nextChangeMs } = computed.get('t')!;
          const lastMs = view.nowMs + 90 * dayMs;
          for (const share of shares) {
            const between = (endMs: number): number =>
              Math.floor(view.nowMs + share * (Math.min(endMs, lastMs) - view.nowMs));
            const valueEndMs = nextChangeMs(view);
            expect(valueEndMs).toBeGreaterThan(view.nowMs);
            expect(valueOf(at(between(valueEndMs)))).toEqual(valueOf(view));
            const testEndMs = condition.nextChangeMs(view);
            expect(testEndMs).toBeGreaterThan(view.nowMs);
            expect(condition.isTrue(at(between(testEndMs)))).toBe(condition.isTrue(view));
          }
        },
      ),
      runs(20_000),
    );
  });

  it('counts the same values of more than it can count, whichever came first', () => {
    const document: TraitDocument = { ...head, mostFrequent: 'A', of: 'c' };
    const computed = compileTraits([document], []);
    const many = fc.array(fc.nat(400), { minLength: 300, maxLength: 900 });
    fc.assert(
      fc.property(many, fc.nat(899), (numbers, cut) => {
        const events = numbers.map((one, index): Occurrence => ({
          eventId: `e${index}`,
          name: 'A',
          properties: { c: `value ${one}` },
          occurredMs: beganMs + index,
        }));
        const whole = fold(computed, events);
        expect(fold(computed, events.toReversed())).toEqual(whole);
        expect(merged(computed, fold(computed, events.slice(cut)), fold(computed, events.slice(0, cut)))).toEqual(
          whole,
        );
      }),
      runs(200),
    );
  });
});
