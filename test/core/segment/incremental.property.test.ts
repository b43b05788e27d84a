import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { publish } from '../../../core/definitions.ts';
import type { Occurrence } from '../../../core/event/event.ts';
import { noComputedTraits } from '../../../core/trait/computed-trait.ts';
import type { Json } from '../../../core/json.ts';
import type { Calendars } from '../../../core/profile/holidays.ts';
import { newProfile, type Profile } from '../../../core/profile/profile.ts';
import { compileCondition } from '../../../core/segment/compile-condition.ts';
import type { Condition, Operators } from '../../../core/segment/condition.ts';
import { seedLeaf, stepLeaf, type Leaf } from '../../../core/segment/leaf.ts';
import { settleMemberships } from '../../../core/segment/settle.ts';
import { addDuration } from '../../../core/time/duration.ts';
import { aSegment, aWorkspace, documentsOf } from '../../builders.ts';
import { runs } from '../../properties.ts';
import { eventZone, holds, holidaysOfLatvia, type Person } from './naive.ts';

/** Lands whose holidays lie about the clock changes, some of which move. */
const calendars: Calendars = new Map([['lv', { id: 'LV', name: 'Latvia', holidays: holidaysOfLatvia }]]);
const minuteMs = 60_000;
/** Zones with the instants of their clock changes, forward and back; Samoa skipped a day. */
const changes: readonly { readonly zone: string; readonly atMs: number }[] = [
  ['Europe/Riga', '2026-03-29T01:00:00Z'],
  ['Europe/Riga', '2026-10-25T01:00:00Z'],
  ['America/New_York', '2026-03-08T07:00:00Z'],
  ['America/New_York', '2026-11-01T06:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
  ['America/Sao_Paulo', '2018-11-04T03:00:00Z'],
  ['America/Sao_Paulo', '2019-02-17T02:00:00Z'],
  ['Antarctica/Troll', '2026-10-25T01:00:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00:00Z'],
  ['UTC', '2026-02-28T23:00:00Z'],
].map(([zone = '', at = '']) => ({ zone, atMs: Date.parse(at) }));

const durations = ['P1D', 'P2D', 'P7D', 'PT24H', 'PT36H', 'P1M', 'P1DT2H'] as const;
const duration = fc.constantFrom(...durations);
const name = fc.constantFrom('Viewed', 'Bought', 'Opened');
const names = fc.oneof(name, fc.constant(['Viewed', 'Bought']));
const price = fc.constantFrom(-2.5, 0, 1, 2.5, 10, 99.75);
const word = fc.constantFrom('bike', 'bikes', 'boat', '');

const valueOperators: fc.Arbitrary<Operators> = fc.oneof(
  fc.record({ is: fc.oneof(price, word) }),
  fc.record({ isNot: fc.oneof(price, word) }),
  fc.record({ in: fc.array(fc.oneof(price, word), { maxLength: 2 }) }),
  fc.record({ notIn: fc.array(fc.oneof(price, word), { maxLength: 2 }) }),
  fc.record({ exists: fc.boolean() }),
  fc.record({ contains: fc.constantFrom('ik', 'boat') }),
  fc.record({ startsWith: fc.constantFrom('b', 'bo') }),
  fc.record({ matches: fc.constantFrom('^b.*s$', 'oat') }),
  fc.record({ above: price, atMost: price }),
  fc.record({ atLeast: price }),
  fc.record({ below: price }),
);
const where = fc.oneof(
  fc.constant({}),
  valueOperators.map((operators) => ({ where: { price: operators } })),
  valueOperators.map((operators) => ({ where: { 'items.kind': operators } })),
  word.map((kind) => ({ where: { kind } })),
);
const within = fc.oneof(
  fc.constant({}),
  duration.map((text) => ({ within: text })),
);
const counts = fc.oneof(
  fc.constant({}),
  fc.integer({ min: 1, max: 4 }).map((atLeast) => ({ atLeast })),
  fc.integer({ min: 0, max: 3 }).map((atMost) => ({ atMost })),
  fc.integer({ min: 0, max: 3 }).map((exactly) => ({ exactly })),
  fc.constant({ atLeast: 1, atMost: 2 }),
);
const sums = fc.oneof(
  price.map((atLeast) => ({ atLeast })),
  price.map((atMost) => ({ atMost })),
  price.map((exactly) => ({ exactly })),
);

/** Traits that hold dates lie about the clock change too. */
const dateOperators = (atMs: number): fc.Arbitrary<Operators> =>
  fc
    .tuple(fc.constantFrom('before', 'after'), fc.constantFrom('ago', 'fromNow', 'fixed'), duration)
    .map(([way, kind, text]) => ({
      [way]: kind === 'fixed' ? new Date(atMs).toISOString() : { [kind]: text },
    }));

const part = fc.tuple(names, where).map(([did, tests]) => ({ did, ...tests }));
const sequence: fc.Arbitrary<Condition> = fc
  .tuple(
    fc.array(part, { minLength: 1, maxLength: 4 }),
    within,
    fc.oneof(fc.constant({}), fc.record({ thenNot: names, for: duration }, { requiredKeys: ['thenNot'] })),
  )
  .map(([parts, stretch, end]): Condition => ({ sequence: parts, ...stretch, ...end }));

const leafOf = (atMs: number): fc.Arbitrary<Condition> =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .tuple(names, where, within, counts)
        .map(([did, ...rest]) => Object.assign({ did }, ...rest) as Condition),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(names, where, within, sums)
        .map(([did, ...rest]) => Object.assign({ did, sum: 'price' }, ...rest) as Condition),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(names, fc.constantFrom('price', 'kind', 'items.kind'), where, within, counts)
        .map(([did, distinct, ...rest]) => Object.assign({ did, distinct }, ...rest) as Condition),
    },
    { weight: 3, arbitrary: sequence },
    {
      weight: 2,
      arbitrary: fc
        .tuple(names, where, within)
        .map(([didNot, ...rest]) => Object.assign({ didNot }, ...rest) as Condition),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(
          fc.constantFrom('last', 'first'),
          names,
          where,
          fc.record({ olderThan: duration, newerThan: duration }, { requiredKeys: [] }),
        )
        .map(([kind, of, ...rest]): Condition => {
          const limits = Object.assign({}, ...rest) as object;
          return kind === 'last' ? { last: of, ...limits } : { first: of, ...limits };
        }),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(
          fc.constantFrom('born', 'endsAt', { holiday: 'spring' }, { holiday: 'moving' }, { holiday: 'none' }),
          fc.constantFrom('-P7D', '-P1D', 'P0D', '-PT36H', 'P1D'),
          fc.constantFrom('P0D', 'P1D', 'P7D', 'P1M'),
        )
        .map(([dayOf, from, to]): Condition => ({ dayOf, from, to })),
    },
    { weight: 2, arbitrary: dateOperators(atMs).map((operators): Condition => ({ trait: 'endsAt', ...operators })) },
    { weight: 1, arbitrary: valueOperators.map((operators): Condition => ({ trait: 'plan.kind', ...operators })) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('granted', 'unknown')
        .map((is): Condition => ({ consent: 'email', is: is as 'granted' })),
    },
  );
const conditionOf = (atMs: number): fc.Arbitrary<Condition> =>
  fc.letrec<{ node: Condition }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 4, arbitrary: leafOf(atMs) },
      {
        weight: 1,
        arbitrary: fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((all): Condition => ({ all })),
      },
      {
        weight: 1,
        arbitrary: fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((any): Condition => ({ any })),
      },
      { weight: 1, arbitrary: tie('node').map((not): Condition => ({ not })) },
    ),
  })).node;

/** Near the change, or a whole number of days and a few minutes off it. */
const instantNear = (atMs: number): fc.Arbitrary<number> =>
  fc
    .tuple(
      fc.oneof(fc.constantFrom(-1, 0, 1), fc.integer({ min: -9, max: 3 })),
      fc.integer({ min: -150, max: 150 }),
      fc.constantFrom(-1, 0, 1),
    )
    .map(([days, minutes, ms]) => atMs + days * 86_400_000 + minutes * minuteMs + ms);
const properties = fc.record(
  { price, kind: word, items: fc.array(fc.record({ kind: word }), { maxLength: 2 }) },
  { requiredKeys: [] },
);

/** One life around one clock change, and what is asked of it. */
const life = fc.constantFrom(...changes).chain(({ zone, atMs }) =>
  fc.record({
    zone: fc.constant(zone),
    atMs: fc.constant(atMs),
    events: fc.array(
      fc.record({
        name,
        properties,
        // Some at the same instant.
        occurredMs: fc.oneof({ weight: 4, arbitrary: instantNear(atMs) }, { weight: 1, arbitrary: fc.constant(atMs) }),
      }),
      { maxLength: 8 },
    ),
    traits: fc.record(
      {
        endsAt: instantNear(atMs).map((ms) => new Date(ms).toISOString()),
        plan: fc.record({ kind: word }),
        born: fc.constantFrom('--02-29', '1990-03-29', '2000-02-29', '--10-25', '--11-04', 'nonsense', '--13-01'),
        country: fc.constantFrom('lv', 'LV', 'xx'),
      },
      { requiredKeys: [] },
    ),
    isGranted: fc.boolean(),
    condition: conditionOf(atMs),
    other: conditionOf(atMs),
    arrival: fc.infiniteStream(fc.nat(1_000)),
    isSplit: fc.boolean(),
    pick: fc.nat(1_000),
    queries: fc.array(instantNear(atMs), { minLength: 1, maxLength: 4 }),
  }),
);
type Life = typeof life extends fc.Arbitrary<infer T> ? T : never;

const occurrencesOf = ({ events }: Life): readonly Occurrence[] =>
  events.map((event, index) => ({
    ...event,
    properties: event.properties as Occurrence['properties'],
    eventId: `m${index}`,
  }));
const personOf = (one: Life): Person => ({
  events: occurrencesOf(one),
  traits: one.traits as Person['traits'],
  consent: one.isGranted ? { 'email/marketing': 'granted' } : {},
  segments: [],
});
function profileOf(one: Life): Profile {
  const stamp = { ms: one.atMs, id: 'm' };
  const traits = Object.fromEntries(
    Object.entries(one.traits).map(([key, value]) => [key, { value: value as Json, ...stamp }]),
  );
  const consent = one.isGranted ? { 'email/marketing': { value: 'granted' as const, ...stamp } } : {};
  return { ...newProfile('p1', one.atMs), traits, consent };
}

/** The states of a condition after its events came in some order, perhaps to two profiles that were then merged. */
function statesOf(leaves: Iterable<Leaf>, one: Life): { readonly [key: string]: Json } {
  const order = [...one.arrival.take(one.events.length)];
  const events = occurrencesOf(one).toSorted(
    (a, b) => order[Number(a.eventId.slice(1))]! - order[Number(b.eventId.slice(1))]!,
  );
  const states: { [key: string]: Json } = {};
  for (const leaf of leaves) {
    const parts = one.isSplit
      ? [events.filter((_, index) => index % 2 === 0), events.filter((_, index) => index % 2 === 1)]
      : [events, []];
    const [left, right] = parts.map((arrived) =>
      arrived.reduce<Json | undefined>((state, event, index) => {
        const past = (asked: ReadonlySet<string>): readonly Occurrence[] =>
          arrived.slice(0, index).filter(({ name: past }) => asked.has(past));
        return leaf.names.has(event.name) ? stepLeaf(leaf, state, event, eventZone, past) : state;
      }, undefined),
    );
    const merged = leaf.ordered ? seedLeaf(leaf, events, eventZone) : leaf.merge(left, right);
    const state = one.isSplit ? merged : left;
    if (state !== undefined) states[leaf.key] = state;
  }
  return states;
}

/** Every instant at which anything might turn: the ends of all durations from all events and dates, and the queries. */
function edgesOf(one: Life): readonly number[] {
  const dates = one.traits.endsAt === undefined ? [] : [Date.parse(String(one.traits.endsAt))];
  const starts = [...one.events.map((event) => event.occurredMs), ...dates, one.atMs];
  const ends = starts.flatMap((ms) => [
    ms,
    ...durations.flatMap((text) => [addDuration(ms, text, one.zone, 1), addDuration(ms, text, one.zone, -1)]),
  ]);
  return ends.flatMap((ms) => [ms - 1, ms, ms + 1]);
}

/** Nobody is asked about a time that lies over a day before their latest event: no clock is so far ahead. */
const askable = (one: Life, instants: readonly number[]): readonly number[] => {
  const fromMs = Math.max(-Infinity, ...one.events.map((event) => event.occurredMs)) - 86_400_000;
  return instants.filter((ms) => ms >= fromMs);
};

/** Some of a list, all over it. */
const someOf = (all: readonly number[], pick: number): readonly number[] =>
  Array.from({ length: 24 }, (_, index) => all[(pick + 37 * index) % all.length]!);

describe('a condition', () => {
  it('kept up to date event by event, in any order, holds when a reading of the whole life says so', () => {
    fc.assert(
      fc.property(life, (one) => {
        const compiled = compileCondition(one.condition);
        const states = statesOf(compiled.leaves, one);
        const [profile, person] = [profileOf(one), personOf(one)];
        for (const nowMs of askable(one, [...one.queries, ...someOf(edgesOf(one), one.pick)])) {
          const view = { profile, nowMs, zone: one.zone, calendars, computed: noComputedTraits, states };
          expect([nowMs, compiled.isTrue(view)]).toEqual([
            nowMs,
            holds(one.condition, person, { nowMs, zone: one.zone }),
          ]);
        }
      }),
      runs(20_000),
    );
  });

  it('never changes before the instant that it names as its next change', () => {
    fc.assert(
      fc.property(life, (one) => {
        const compiled = compileCondition(one.condition);
        const states = statesOf(compiled.leaves, one);
        const [profile, person] = [profileOf(one), personOf(one)];
        const edges = edgesOf(one);
        for (const nowMs of askable(one, one.queries)) {
          const truth = (ms: number): boolean => holds(one.condition, person, { nowMs: ms, zone: one.zone });
          const nextMs = compiled.nextChangeMs({
            profile,
            nowMs,
            zone: one.zone,
            calendars,
            computed: noComputedTraits,
            states,
          });
          expect(nextMs).toBeGreaterThan(nowMs);
          const nearChange = Array.from({ length: 26 }, (_, step) => one.atMs + (step - 13) * 15 * minuteMs);
          const before = [...edges, ...nearChange, nextMs - 1, (nowMs + Math.min(nextMs, nowMs + 1e10)) / 2].map(
            Math.floor,
          );
          for (const ms of before.filter((each) => each > nowMs && each < nextMs)) {
            expect([nowMs, nextMs, ms, truth(ms)]).toEqual([nowMs, nextMs, ms, truth(nowMs)]);
          }
        }
      }),
      runs(20_000),
    );
  });

  it('is reached, step by step, at every one of its changes', () => {
    fc.assert(
      fc.property(life, (one) => {
        const compiled = compileCondition(one.condition);
        const view = {
          profile: profileOf(one),
          zone: one.zone,
          calendars,
          computed: noComputedTraits,
          states: statesOf(compiled.leaves, one),
        };
        const person = personOf(one);
        let nowMs = Math.min(one.atMs + 5 * 86_400_000, ...askable(one, one.queries));
        const woken = [nowMs];
        for (let steps = 0; steps < 200 && nowMs < Infinity; steps++)
          woken.push((nowMs = compiled.nextChangeMs({ ...view, nowMs })));
        // Whoever looks at these instants alone has always the truth of any instant between them.
        for (const ms of edgesOf(one).filter((each) => each >= woken[0]!)) {
          const lastMs = woken.findLast((each) => each <= ms)!;
          expect([ms, holds(one.condition, person, { nowMs: ms, zone: one.zone })]).toEqual([
            ms,
            compiled.isTrue({ ...view, nowMs: lastMs }),
          ]);
        }
        // What comes back every year is never over.
        if (!JSON.stringify(one.condition).includes('dayOf')) expect(woken.at(-1)).toBe(Infinity);
      }),
      runs(4_000),
    );
  });
});

describe('memberships', () => {
  it('of segments that ask one another are those of a reading of the whole life', () => {
    fc.assert(
      fc.property(life, fc.boolean(), (one, isNot) => {
        const asks: Condition = isNot ? { not: { segment: 'base' } } : { segment: 'base' };
        const upper: Condition = { all: [asks, one.other] };
        const definitions = publish(
          documentsOf({
            workspace: aWorkspace({ timeZone: one.zone }),
            calendars: [...calendars.values()],
            segments: [aSegment('upper', upper), aSegment('base', one.condition)],
          }),
        );
        const profile = {
          ...profileOf(one),
          conditions: statesOf(definitions.leaves.values(), one),
        };
        const person = personOf(one);
        let settled = profile;
        for (const nowMs of askable(one, one.queries).toSorted((a, b) => a - b)) {
          const before = settled.segments;
          const { profile: next, edges } = settleMemberships(settled, definitions.rules, definitions, nowMs);
          settled = next;
          const at = { nowMs, zone: one.zone };
          const base = holds(one.condition, person, at) ? ['base'] : [];
          const wanted = [...base, ...(holds(upper, { ...person, segments: base }, at) ? ['upper'] : [])];
          expect(Object.keys(settled.segments).sort()).toEqual(wanted);
          const told = edges.map((edge) => `${edge.id} ${edge.edge}`).sort();
          const changed = ['base', 'upper'].filter((id) => id in before !== id in settled.segments);
          expect(told).toEqual(changed.map((id) => `${id} ${id in before ? 'leave' : 'enter'}`));
        }
      }),
      runs(4_000),
    );
  });

  it('of segments that count the same events are right, though they keep one state between them', () => {
    const threshold = fc.constantFrom('atLeast' as const, 'atMost' as const, 'exactly' as const);
    const asked = fc.record({
      threshold,
      count: fc.nat(4),
      within: fc.constantFrom(...durations),
      what: fc.constantFrom({}, { sum: 'price' }, { distinct: 'kind' }),
    });
    fc.assert(
      fc.property(life, fc.array(asked, { minLength: 2, maxLength: 6 }), (one, all) => {
        const conditions = all.map(({ threshold: key, count, within, what }): Condition => ({
          did: ['Viewed', 'Bought'],
          within,
          [key]: count,
          ...what,
        }));
        const segments = conditions.map((condition, index) => aSegment(`s${index}`, condition));
        const workspace = aWorkspace({ timeZone: one.zone });
        const definitions = publish(documentsOf({ workspace, segments }));
        expect(definitions.leaves.size).toBeLessThan(4);
        const profile = { ...profileOf(one), conditions: statesOf(definitions.leaves.values(), one) };
        for (const nowMs of askable(one, [...one.queries, ...someOf(edgesOf(one), one.pick)])) {
          const settled = settleMemberships(profile, definitions.rules, definitions, nowMs).profile.segments;
          const wanted = conditions.map((condition) => holds(condition, personOf(one), { nowMs, zone: one.zone }));
          expect(conditions.map((_, index) => `s${index}` in settled)).toEqual(wanted);
        }
      }),
      runs(4_000),
    );
  });
});
