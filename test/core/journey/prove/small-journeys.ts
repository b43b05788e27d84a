import fc from 'fast-check';
import type { Exit, Journey, Step, Steps } from '../../../../core/journey/document.ts';
import type { Condition } from '../../../../core/segment/condition.ts';
import { aJourney } from '../../../builders.ts';

/** Events that mean something to small journeys: one converts, one shuts a channel, and one does neither. */
export const smallNames = ['Order Completed', 'Email Complained', 'Shop Visited'] as const;
const name = fc.constantFrom(...smallNames);

const leaf: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ did: name }),
  fc.record({ didNot: name }),
  fc.record({ not: fc.record({ did: name }) }),
  fc.constant({ value: 'event.properties.total', above: 50 }),
);
const ofTotal: fc.Arbitrary<Condition> = fc.constant({ value: 'event.properties.total', above: 50 });
const someDays = fc.constantFrom('P1D', 'P2D', 'P3D');

/** Lists of a few steps; `when` is what branches ask, `others` are steps of further kinds. */
const listsOf = (
  when: fc.Arbitrary<Condition>,
  awaited: fc.Arbitrary<string>,
  others: readonly fc.Arbitrary<Step>[],
): fc.Arbitrary<Steps> =>
  fc.letrec<{ step: Step; steps: Steps }>((tie) => ({
    steps: fc.array(tie('step'), { maxLength: 3, depthIdentifier: 'small', size: 'small' }),
    step: fc.oneof(
      { depthIdentifier: 'small', maxDepth: 2 },
      { weight: 3, arbitrary: fc.record({ send: fc.record({ email: fc.constantFrom('one', 'two') }) }) },
      { weight: 1, arbitrary: fc.constant<Step>({ send: { push: 'three' } }) },
      { weight: 2, arbitrary: fc.record({ wait: someDays }) },
      { weight: 1, arbitrary: fc.constant<Step>({ end: true }) },
      {
        weight: 2,
        arbitrary: fc.record({
          branch: fc.array(fc.record({ when, steps: tie('steps') }), { minLength: 1, maxLength: 2 }),
          otherwise: tie('steps'),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          waitFor: fc.record({ event: awaited }),
          within: someDays,
          then: tie('steps'),
          otherwise: tie('steps'),
        }),
      },
      ...others.map((arbitrary) => ({ weight: 1, arbitrary })),
    ) as fc.Arbitrary<Step>,
  })).steps;

const watching: fc.Arbitrary<Step> = fc.record({
  waitFor: fc.record({ when: leaf }),
  within: someDays,
  then: fc.constant<Steps>([{ send: { email: 'one' } }]),
  otherwise: fc.constant<Steps>([{ send: { push: 'three' } }]),
});

const exit: fc.Arbitrary<Exit> = fc.oneof(
  fc.record({ on: fc.record({ event: name }) }),
  fc.record({ when: fc.record({ did: name }) }),
);

/** Gives every step an id, in the order of the document. */
function named(list: Steps, count: { value: number }): Steps {
  return list.map((step): Step => {
    const id = `s${count.value++}`;
    const inner = (steps: Steps | undefined): Steps => named(steps ?? [], count);
    if ('branch' in step)
      return {
        ...step,
        id,
        branch: step.branch.map((one) => ({ ...one, steps: inner(one.steps) })),
        otherwise: inner(step.otherwise),
      };
    if ('waitFor' in step) return { ...step, id, then: inner(step.then), otherwise: inner(step.otherwise) };
    return { ...step, id };
  });
}

/** Small journeys with conditions, exits and all kinds, for what must not happen after an event. */
export const aSmallJourney: fc.Arbitrary<Journey> = fc
  .record({
    steps: listsOf(leaf, name, [watching]),
    kind: fc.constantFrom('lifecycle', 'acquisition'),
    exit: fc.array(exit, { maxLength: 2 }),
    on: fc.constantFrom('Cart Filled', 'Cart Filled', 'Shop Visited'),
    when: fc.option(leaf, { nil: undefined }),
  })
  .map(({ steps, kind, exit: exits, on, when }) =>
    aJourney({
      kind,
      exit: exits,
      entry: { on: { event: on }, again: 'always', ...(when && { when }) },
      steps: named(steps, { value: 1 }),
    }),
  );

/** Small journeys of whole days without exits, for how many messages may come together. */
export const aTimedJourney: fc.Arbitrary<Journey> = fc
  .record({
    steps: listsOf(ofTotal, fc.constant('Shop Visited'), []),
    again: fc.constantFrom('always', 'never'),
    meanwhile: fc.constantFrom('ignore', 'restart'),
    isKeyed: fc.nat(5).map((one) => one === 0),
  })
  .map(({ steps, again, meanwhile, isKeyed }) =>
    aJourney({
      entry: { on: { event: 'Cart Filled' }, again, meanwhile, ...(isKeyed && { key: 'properties.cartId' }) },
      steps: named(steps, { value: 1 }),
    }),
  );
