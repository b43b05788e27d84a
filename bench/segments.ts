import { createRequire } from 'node:module';
import { Engine } from 'json-rules-engine';
import { itemSize } from './aws-cost/item-size.ts';
import { publish } from '../core/definitions.ts';
import type { Message } from '../core/event/event.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { Documents, Segment } from '../core/journey/document.ts';
import { applyEvent } from '../core/profile/apply-event.ts';
import { newProfile, type Profile } from '../core/profile/profile.ts';
import { compileCondition } from '../core/segment/compile-condition.ts';
import type { Condition, TraitCondition } from '../core/segment/condition.ts';
import { settleMemberships } from '../core/segment/settle.ts';
import { viewOf } from '../core/segment/view.ts';
import { hotItem } from '../functions/aws/table/profile-rows.ts';
import type { Bench, Figure } from './report.ts';

// They are CommonJS, and their types know no default.
const require = createRequire(import.meta.url);
const jsonLogic = require('json-logic-js') as { apply: (rule: unknown, data: unknown) => unknown };
const sift = require('sift') as (query: unknown) => (data: unknown) => boolean;

const nowMs = Date.parse('2026-03-02T10:00:00Z');
const dayMs = 86_400_000;
const people = 2_000;

const workspace = {
  name: 'Bench',
  timeZone: 'UTC',
  locale: 'en',
  currency: 'EUR',
  sender: {},
  conversion: [],
} as const;
const documentsOf = (segments: readonly Segment[]): Documents => ({
  workspace,
  segments,
  audiences: [],
  journeys: [],
  coupons: [],
  tables: [],
  events: [],
  calendars: [],
  traits: [],
  templates: [],
});

/** Ten tests, of which a person passes all or fails a late one: nobody is out at the first. */
const tests: readonly TraitCondition[] = [
  { trait: 'country', is: 'LV' },
  { trait: 'age', atLeast: 18 },
  { trait: 'age', below: 65 },
  { trait: 'plan', in: ['gold', 'silver'] },
  { trait: 'city', isNot: 'Paris' },
  { trait: 'visits', above: 3 },
  { trait: 'email', exists: true },
  { trait: 'language', is: 'en' },
  { trait: 'score', atMost: 90 },
  { trait: 'spent', atLeast: 500 },
];
const traitsOf = (person: number): JsonObject => ({
  country: 'LV',
  age: 20 + (person % 40),
  plan: person % 2 === 0 ? 'gold' : 'silver',
  city: 'Riga',
  visits: 4 + (person % 9),
  email: `p${person}@example.com`,
  language: 'en',
  score: person % 100,
  spent: (person * 37) % 1_000,
});

const inLogic: Readonly<Record<string, string>> = {
  is: '==',
  isNot: '!=',
  atLeast: '>=',
  below: '<',
  above: '>',
  atMost: '<=',
  in: 'in',
};
const logic = {
  and: tests.map(({ trait, ...test }) => {
    const [[operator, value]] = Object.entries(test) as [[string, Json]];
    if (operator === 'exists') return { '!=': [{ var: trait }, null] };
    return { [inLogic[operator]!]: [{ var: trait }, value] };
  }),
};
const inSift: Readonly<Record<string, string>> = {
  is: '$eq',
  isNot: '$ne',
  atLeast: '$gte',
  below: '$lt',
  above: '$gt',
  atMost: '$lte',
  in: '$in',
  exists: '$exists',
};
const query = {
  $and: tests.map(({ trait, ...test }) => {
    const [[operator, value]] = Object.entries(test) as [[string, Json]];
    return { [trait]: { [inSift[operator]!]: value } };
  }),
};
const inEngine: Readonly<Record<string, string>> = {
  is: 'equal',
  isNot: 'notEqual',
  atLeast: 'greaterThanInclusive',
  below: 'lessThan',
  above: 'greaterThan',
  atMost: 'lessThanInclusive',
  in: 'in',
};
const engine = new Engine([
  {
    conditions: {
      all: tests.map(({ trait, ...test }) => {
        const [[operator, value]] = Object.entries(test) as [[string, Json]];
        if (operator === 'exists') return { fact: trait, operator: 'notEqual', value: null };
        return { fact: trait, operator: inEngine[operator]!, value };
      }),
    },
    event: { type: 'in' },
  },
]);

/** Profiles a second, and how many of them were in: every one of the four must find the same. */
async function rateOf(
  name: string,
  isIn: (person: number) => boolean | Promise<boolean>,
  passes: number,
): Promise<{ readonly name: string; readonly rate: number; readonly found: number }> {
  let best = 0;
  let found = 0;
  for (let pass = 0; pass <= passes; pass++) {
    found = 0;
    const startMs = performance.now();
    for (let person = 0; person < people; person++) {
      const answer = isIn(person);
      if (typeof answer === 'boolean' ? answer : await answer) found++;
    }
    best = Math.max(best, people / ((performance.now() - startMs) / 1_000));
  }
  return { name, rate: best, found };
}

async function traitSegment(): Promise<readonly Figure[]> {
  const data = Array.from({ length: people }, (_, person) => traitsOf(person));
  const definitions = publish(documentsOf([]));
  const profiles = data.map((traits, person): Profile => ({
    ...newProfile(`p${person}`, 0),
    traits: Object.fromEntries(Object.entries(traits).map(([name, value]) => [name, { value, ms: 0, id: '' }])),
  }));
  const views = profiles.map((profile) => viewOf(profile, definitions, nowMs));
  const compiled = compileCondition({ all: tests });
  const sifted = sift(query);
  const ours = await rateOf('ours', (person) => compiled.isTrue(views[person]!), 400);
  const others = [
    await rateOf('json-logic-js', (person) => Boolean(jsonLogic.apply(logic, data[person])), 60),
    await rateOf('sift', (person) => sifted(data[person]), 60),
    await rateOf(
      'json-rules-engine',
      async (person) => (await engine.run(data[person] as Record<string, unknown>)).events.length > 0,
      3,
    ),
  ];
  for (const { name, found } of others)
    if (found !== ours.found) throw new Error(`${name} finds ${found} people, and we ${ours.found}.`);
  const best = others.toSorted((left, right) => right.rate - left.rate)[0]!;
  return [
    {
      work: 'a segment of ten trait tests, one core',
      value: ours.rate,
      unit: 'profiles/s',
      aim: '≥ 3 × the best',
      ratio: { to: best.name, value: ours.rate / best.rate },
      note: `${ours.found} of ${people} are in`,
    },
    ...others.map(({ name, rate }) => ({ work: `the same by ${name}`, value: rate, unit: 'profiles/s' })),
  ];
}

const names = ['Product Viewed', 'Product Added', 'Order Completed', 'Email Opened', 'Article Read'];
/** A hundred segments as teams write them: each asks one of five events, and no two ask the same. */
const hundred: readonly Segment[] = names.flatMap((did, at) => {
  const where = { category: ['Bikes', 'Boats', 'Books', 'Beds', 'Bags'][at]! };
  const conditions: readonly Condition[] = [
    ...[1, 2, 3, 5, 10].map((atLeast): Condition => ({ did, atLeast, within: 'P30D' })),
    { did, within: 'P7D' },
    { did, atLeast: 2, within: 'P90D' },
    { did },
    { did, atLeast: 5 },
    { did, where },
    { did, where, atLeast: 2, within: 'P30D' },
    { didNot: did, within: 'P14D' },
    { didNot: did },
    { last: did, olderThan: 'P60D' },
    { last: did, newerThan: 'P3D' },
    { first: did, newerThan: 'P30D' },
    { did, sum: 'price', atLeast: 100 },
    { did, sum: 'price', atLeast: 500 },
    {
      all: [
        { did, atLeast: 2 },
        { last: did, olderThan: 'P30D' },
      ],
    },
    {
      any: [
        { did, within: 'P1D' },
        { did, atLeast: 20 },
      ],
    },
  ];
  return conditions.map((when, index): Segment => ({ id: `s-${at}-${index}`, name: `${did} ${index}`, when }));
});

/** Three months of somebody who comes often. */
function bytesOfStates(): readonly Figure[] {
  const definitions = publish(documentsOf(hundred));
  let profile = newProfile('p_1', nowMs - 90 * dayMs);
  for (let index = 0; index < 200; index++) {
    const occurredMs = nowMs - 90 * dayMs + index * 0.45 * dayMs;
    const message: Message = {
      type: 'track',
      messageId: `m${index}`,
      name: names[index % names.length]!,
      userId: 'u1',
      properties: { category: ['Bikes', 'Boats', 'Books'][index % 3]!, price: 10 + (index % 7) },
      traits: {},
      context: {},
      occurredMs,
      receivedMs: occurredMs,
      trust: 'server',
    };
    profile = applyEvent(profile, message, definitions, () => []);
  }
  profile = settleMemberships(profile, definitions.rules, definitions, nowMs).profile;
  const states = Object.keys(profile.conditions).length;
  const bytesOf = (one: Profile): number => itemSize(hotItem(one, 1, 1));
  const { length: members } = Object.keys(profile.segments);
  return [
    {
      work: `states of ${hundred.length} segments after 200 events, in the row that each commit writes`,
      value: bytesOf(profile) - bytesOf({ ...profile, conditions: {} }),
      unit: 'bytes',
      aim: '≤ 1,024',
      note: `${states} states`,
    },
    {
      work: 'that row, with these states and memberships alone',
      value: bytesOf(profile),
      unit: 'bytes',
      note: `in ${members} segments`,
    },
    {
      work: 'the states, as one machine keeps them',
      value: Buffer.byteLength(JSON.stringify(profile.conditions)),
      unit: 'bytes of JSON',
    },
  ];
}

/** Segments: how fast they are asked, and what they keep of each person. */
export const segmentsBench: Bench = {
  name: 'segments',
  run: async (): Promise<readonly Figure[]> => [...(await traitSegment()), ...bytesOfStates()],
};
