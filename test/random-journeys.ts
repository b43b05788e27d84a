import fc from 'fast-check';
import type { Journey, RepeatStep, Step, Steps, Until } from '../core/journey/document.ts';
import type { Condition } from '../core/segment/condition.ts';
import { aJourney, dayMs, startMs } from './builders.ts';
import type { Happened } from './direct-reader.ts';

const names = ['Page Viewed', 'Call Completed', 'Item Saved'] as const;
const name = fc.constantFrom(...names);
const within = fc.constantFrom('P1D', 'P2D');

const leaf: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ did: name, atLeast: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ did: name, within, atLeast: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ didNot: name, within }),
  fc.record({
    sequence: fc.tuple(fc.record({ did: name }), fc.record({ did: name })),
    within,
    thenNot: name,
    for: within,
  }),
  fc.record({ trait: fc.constant('tier'), is: fc.constantFrom('gold', 'silver') }),
  fc.record({ value: fc.constant('event.properties.total'), above: fc.integer({ min: 0, max: 100 }) }),
  fc.record({ value: fc.constantFrom('journey.answer', 'journey.near'), exists: fc.constant(true as const) }),
);
const condition: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 4, arbitrary: leaf },
  { weight: 1, arbitrary: fc.record({ all: fc.array(leaf, { minLength: 1, maxLength: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ any: fc.array(leaf, { minLength: 1, maxLength: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ not: leaf }) },
);

const until: fc.Arbitrary<Until> = fc.oneof(fc.record({ event: name }), leaf);
const repeated = (steps: fc.Arbitrary<Steps>): fc.Arbitrary<RepeatStep['repeat']> =>
  fc.record(
    { times: fc.integer({ min: 1, max: 3 }), every: fc.constantFrom('PT2H', 'P1D'), until, steps },
    { requiredKeys: ['times', 'steps'] },
  );

const { steps } = fc.letrec<{ step: Step; steps: Steps }>((tie) => ({
  steps: fc.array(tie('step'), { maxLength: 4, depthIdentifier: 'steps', size: 'small' }),
  step: fc.oneof(
    { depthIdentifier: 'steps', maxDepth: 3 },
    fc.record({ send: fc.record({ email: fc.constantFrom('one', 'two', 'three') }) }),
    fc.record({ wait: fc.constantFrom('PT1H', 'PT30M', 'P1D', 'PT36H') }),
    fc.record({ wait: fc.record({ until: fc.constantFrom('09:00', '18:00') }) }),
    fc.record({
      wait: fc.record({ between: fc.constantFrom<[string, string]>(['09:00', '12:00'], ['14:00', '18:00']) }),
    }),
    fc.record({ update: fc.record({ traits: fc.record({ tier: fc.constantFrom('gold', 'silver', 'none') }) }) }),
    fc.record({ emit: fc.record({ event: fc.constant('Offer Made') }) }),
    fc.record({
      branch: fc.array(fc.record({ when: condition, steps: tie('steps') }), { minLength: 1, maxLength: 2 }),
      otherwise: tie('steps'),
    }),
    fc.record({
      waitFor: fc.record({ event: name }),
      within: fc.constantFrom('PT3H', 'P2D'),
      then: tie('steps'),
      otherwise: tie('steps'),
    }),
    fc.record({
      waitFor: fc.record({ when: condition }),
      within: fc.constantFrom('PT5H', 'P3D'),
      then: tie('steps'),
      otherwise: tie('steps'),
    }),
    fc.tuple(tie('steps'), tie('steps')).map(([left, right]): Step => ({
      experiment: 'offer',
      variants: [
        { id: 'a', percent: 50, steps: left },
        { id: 'b', percent: 50, steps: right },
      ],
    })),
    fc.record({ send: fc.constant({ firstOf: [{ push: 'none' }, { email: 'first' }] }) }),
    fc.record(
      {
        cascade: fc.array(fc.record({ email: fc.constantFrom('four', 'five') }), { minLength: 1, maxLength: 3 }),
        every: fc.constantFrom('PT5H', 'P1D'),
        until,
        topic: fc.constantFrom('offers', 'club'),
        useBy: fc.constantFrom('PT1H', 'P2D'),
      },
      { requiredKeys: ['cascade', 'every', 'until'] },
    ),
    fc.record({ repeat: repeated(tie('steps')) }),
    fc.constant<Step>({ coupon: { pool: 'gift', as: 'code' }, otherwise: [{ end: true }] }),
    fc.constant<Step>({ call: { webhook: 'crm', save: { answer: 'ok' } } }),
    fc.constant<Step>({ lookup: 'cities', by: 'event.properties.total', save: 'near' }),
    fc.constant<Step>({ task: { queue: 'desk', title: 'Call' } }),
    fc.constant<Step>({ start: 'other' }),
    fc.constantFrom<Step>({ audience: { add: 'lookers' } }, { audience: { remove: 'lookers' } }),
    { weight: 1, arbitrary: fc.constant<Step>({ end: true }) },
  ) as fc.Arbitrary<Step>,
}));

/** Gives every step an id, and every experiment a name of its own, in the order of the document. */
function named(list: Steps, count: { value: number }): Steps {
  return list.map((step) => {
    const id = `s${count.value++}`;
    const inner = (key: string): object => {
      const value = (step as unknown as { readonly [key: string]: Steps | undefined })[key];
      return value === undefined ? {} : { [key]: named(value, count) };
    };
    if ('branch' in step) {
      return {
        ...step,
        id,
        branch: step.branch.map((option) => ({ ...option, steps: named(option.steps, count) })),
        ...inner('otherwise'),
      };
    }
    if ('experiment' in step) {
      return {
        ...step,
        id,
        experiment: id,
        variants: step.variants.map((variant) => ({ ...variant, steps: named(variant.steps, count) })),
      };
    }
    if ('repeat' in step) return { ...step, id, repeat: { ...step.repeat, steps: named(step.repeat.steps, count) } };
    return { ...step, id, ...inner('then'), ...inner('otherwise') };
  });
}

/** A valid journey of supported steps, entered by "Cart Filled", left by "Gone". */
export const aRandomJourney: fc.Arbitrary<Journey> = steps.map((list) =>
  aJourney({ steps: named(list, { value: 1 }), exit: [{ on: { event: 'Gone' } }] }),
);

/** As `aRandomJourney`, with waits between its lists: people are inside it for days. */
export const aLongRandomJourney: fc.Arbitrary<Journey> = fc.array(steps, { minLength: 2, maxLength: 4 }).map((lists) =>
  aJourney({
    steps: named(
      lists.flatMap((list): Steps => [{ send: { email: 'one' } }, { wait: 'PT36H' }, ...list]),
      { value: 1 },
    ),
    exit: [{ on: { event: 'Gone' } }],
  }),
);

/** Ten days of what a person does; no two things in the same millisecond, and none on a whole second but the trigger. */
export const randomEvents: fc.Arbitrary<readonly Happened[]> = fc
  .array(
    fc.record({
      minutes: fc.integer({ min: -2 * 1440, max: 10 * 1440 }),
      name: fc.oneof({ weight: 12, arbitrary: name }, { weight: 1, arbitrary: fc.constant('Gone') }),
    }),
    { maxLength: 12 },
  )
  .map((list) =>
    list
      .map(({ minutes, name: what }, index) => ({
        atMs: startMs + minutes * 60_000 + (index + 1) * 7,
        name: what,
        properties: {},
      }))
      .filter((event) => event.name !== 'Gone' || event.atMs > startMs)
      .sort((a, b) => a.atMs - b.atMs),
  );

/** Lists in lists send more within an hour than a breaker allows. */
export const withoutBreaker = { breaker: { atMost: 100_000 } } as const;

/** When a comparison stops looking. */
export const endMs = startMs + 40 * dayMs;
