import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pointsOf, worstCase } from '../../../../core/journey/checks/worst-case.ts';
import type { Step, Steps } from '../../../../core/journey/document.ts';
import { runs } from '../../../properties.ts';

const hourMs = 3_600_000;
const send: Step = { send: { email: 'hello' } };

const { steps } = fc.letrec<{ step: Step; steps: Steps }>((tie) => ({
  steps: fc.array(tie('step'), { maxLength: 4, depthIdentifier: 'steps', size: 'small' }),
  step: fc.oneof(
    { depthIdentifier: 'steps', maxDepth: 2 },
    fc.constant<Step>(send),
    fc.integer({ min: 1, max: 9 }).map((hours): Step => ({ wait: `PT${hours}H` })),
    fc.tuple(tie('steps'), tie('steps')).map(([one, two]): Step => ({
      branch: [{ when: { did: 'X' }, steps: one }],
      otherwise: two,
    })),
    fc.tuple(tie('steps'), tie('steps')).map(([then, otherwise]): Step => ({
      waitFor: { event: 'X' },
      within: 'PT5H',
      then,
      otherwise,
    })),
    fc.tuple(fc.integer({ min: 1, max: 3 }), tie('steps')).map(([times, list]): Step => ({
      repeat: { times, every: 'PT4H', until: { event: 'X' }, steps: list },
    })),
    fc.constant<Step>({ cascade: [{ email: 'a' }, { email: 'b' }], every: 'PT3H' }),
    fc.constant<Step>({ end: true }),
  ) as fc.Arbitrary<Step>,
}));

/** A way through a journey: the hours at which messages go, and whether it ended before the end of the list. */
interface Way {
  readonly hours: number;
  readonly sent: readonly number[];
  readonly isOver: boolean;
}
const begin: Way = { hours: 0, sent: [], isOver: false };

/** Every way through a list, walked one by one. */
const waysThrough = (list: Steps, from: Way): readonly Way[] =>
  list.reduce<readonly Way[]>((ways, step) => ways.flatMap((way) => (way.isOver ? [way] : waysOf(step, way))), [from]);

function waysOf(step: Step, way: Way): readonly Way[] {
  const later = (hours: number, one = way): Way => ({ ...one, hours: one.hours + hours });
  const sent = (one: Way): Way => ({ ...one, sent: [...one.sent, one.hours] });
  if ('send' in step) return [sent(way)];
  if ('end' in step) return [{ ...way, isOver: true }];
  if ('wait' in step) return [later(Number(/\d+/.exec(String(step.wait))?.[0]))];
  if ('cascade' in step) return [sent(later(3, sent(way)))];
  if ('branch' in step)
    return [...step.branch.map((one) => one.steps), step.otherwise ?? []].flatMap((one) => waysThrough(one, way));
  if ('waitFor' in step) return [...waysThrough(step.then ?? [], way), ...waysThrough(step.otherwise ?? [], later(5))];
  if (!('repeat' in step)) return [way];
  let rounds = waysThrough(step.repeat.steps, way);
  const left = [...rounds];
  for (let round = 1; round < step.repeat.times; round++) {
    rounds = rounds.filter((one) => !one.isOver).flatMap((one) => waysThrough(step.repeat.steps, later(4, one)));
    left.push(...rounds);
  }
  return left;
}

/** The most messages of one way within so many hours of one of them. */
const mostWithin = (hours: number, { sent }: Way): number =>
  Math.max(0, ...sent.map((start, index) => sent.slice(index).filter((at) => at - start < hours).length));

describe('the most messages that one person can get', () => {
  it('are those of the worst of all ways, walked one by one', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 30 }), (list, hours) => {
        const ways = waysThrough(list, begin);
        fc.pre(ways.length < 5_000);
        const most = Math.max(0, ...ways.map((way) => mostWithin(hours, way)));
        expect(worstCase(pointsOf(list) ?? [], hours * hourMs, () => true)).toBe(most);
      }),
      runs(4_000),
    );
  });

  it('are found in a journey with more ways than anybody could walk', () => {
    const fork: Step = { branch: [{ when: { did: 'X' }, steps: [send] }], otherwise: [{ wait: 'PT1H' }] };
    const points = pointsOf(Array.from({ length: 60 }, () => fork));
    expect(worstCase(points ?? [], 24 * hourMs, () => true)).toBe(60);
  });

  it('are not told of a journey that is larger than anybody draws', () => {
    const many = (list: Steps): Step => ({ repeat: { times: 100, steps: list } });
    expect(pointsOf([many([many([send])])])).toBeUndefined();
  });
});
