import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Journey, Step, Steps } from '../../../../core/journey/document.ts';
import type { Box, Diagram, Point } from '../../../../core/journey/draw/diagram.ts';
import { layOut } from '../../../../core/journey/draw/layout.ts';
import { stepsIn } from '../../../../core/journey/walk.ts';
import { aJourney } from '../../../builders.ts';
import { runs } from '../../../properties.ts';
import { aRandomJourney } from '../../../random-journeys.ts';

const drawn = (steps: Steps, over: Partial<Journey> = {}): Diagram => layOut(aJourney({ steps, ...over }));
/** The ways of a picture, in words. */
const ways = ({ edges }: Diagram): readonly string[] =>
  edges.map(({ from, to, label }) => `${from} → ${to}${label ? ` (${label.text})` : ''}`);

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const isOn = ({ x, y }: Point, box: Box): boolean => {
  const isWithin = x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
  return isWithin && (y === box.y || y === box.y + box.height || x === box.x);
};

describe('the picture of a journey', () => {
  it('leads from the entry through its steps to the end', () => {
    const picture = drawn([{ send: { email: 'a' } }, { wait: 'PT1H' }]);
    expect(ways(picture)).toEqual(['entry → steps.0', 'steps.0 → steps.1', 'steps.1 → done']);
  });

  it('names the ways of a branch by their conditions and joins them', () => {
    const branch: Step = { branch: [{ when: { trait: 'tier', is: 'gold' }, steps: [{ send: { email: 'a' } }] }] };
    expect(ways(drawn([branch]))).toEqual([
      'entry → steps.0',
      'steps.0 → steps.0.branch.0.steps.0 (tier is "gold")',
      'steps.0.branch.0.steps.0 → done',
      'steps.0 → done (otherwise)',
    ]);
  });

  it('ends where the document ends, and has no end beyond that', () => {
    const picture = drawn([{ end: true }, { send: { email: 'never' } }]);
    expect(ways(picture)).toEqual(['entry → steps.0']);
  });

  it('leads a repeated list back to its step', () => {
    const repeat: Step = { repeat: { times: 2, steps: [{ send: { email: 'a' } }] } };
    expect(ways(drawn([repeat]))).toEqual([
      'entry → steps.0',
      'steps.0 → steps.0.repeat.steps.0 (each time)',
      'steps.0.repeat.steps.0 → steps.0',
      'steps.0 → done (then)',
    ]);
  });

  it('leads past the steps for want of a coupon', () => {
    const coupon: Step = { coupon: { pool: 'ten', as: 'code' }, otherwise: [{ end: true }] };
    expect(ways(drawn([coupon]))).toEqual([
      'entry → steps.0',
      'steps.0 → steps.0.otherwise.0 (none is left)',
      'steps.0 → done (a code)',
    ]);
  });

  it('shows entry, goal, exits and who is held out', () => {
    const { nodes } = drawn([], {
      goal: { on: { event: 'Order Completed' }, within: 'P3D' },
      exit: [{ on: { event: 'Gone' } }, { when: { segment: 'vip' } }],
      holdout: 10,
    });
    expect(nodes.map(({ kind, says }) => `${kind}: ${says}`)).toEqual([
      'goal: Order Completed within 3 days.',
      'exit: Leaves at once on Gone.',
      'exit: Leaves at once when in segment "vip".',
      'holdout: 10% get nothing, so that the difference can be measured.',
      'entry: Enters on Cart Filled; again and again.',
      'done: Completed.',
    ]);
  });

  it('cuts no word of an ordinary sentence, and breaks a word that is longer than a line', () => {
    const [, card] = drawn([{ emit: { event: 'x'.repeat(100) } }]).nodes;
    expect(card?.lines.join('')).toBe(`Record"${'x'.repeat(100)}".`);
  });
});

/** Random journeys of all kinds of step, repeats and coupons too. */
const anyJourney = fc.tuple(aRandomJourney, aRandomJourney, aRandomJourney).map(([one, two, three]): Journey => ({
  ...one,
  steps: [
    ...one.steps,
    { repeat: { times: 2, steps: two.steps } },
    { coupon: { pool: 'ten', as: 'code' }, otherwise: three.steps },
    { cascade: [{ push: 'a' }, { email: 'b' }], every: 'P1D' },
    { call: { webhook: 'crm' } },
  ],
}));

describe('any picture', () => {
  it('shows every step once, and nothing overlaps', () => {
    fc.assert(
      fc.property(anyJourney, (journey) => {
        const { nodes, edges } = layOut(journey);
        const steps = stepsIn(journey.steps, ['steps']).map(({ path }) => path.join('.'));
        const notSteps = new Set(['entry', 'done', 'exit.0']);
        expect(nodes.map(({ id }) => id).filter((id) => !notSteps.has(id))).toEqual(steps);
        const boxes: readonly Box[] = [...nodes, ...edges.flatMap(({ label }) => label ?? [])];
        const clashes = boxes.flatMap((a, index) => boxes.slice(index + 1).filter((b) => overlap(a, b)));
        expect(clashes).toEqual([]);
      }),
      runs(1_000),
    );
  });

  it('has only ways that begin and end at the border of their boxes, along right angles and through no other box', () => {
    fc.assert(
      fc.property(anyJourney, (journey) => {
        const { nodes, edges, width, height } = layOut(journey);
        const byId = new Map(nodes.map((node) => [node.id, node]));
        for (const { from, to, points } of edges) {
          expect(isOn(points[0]!, byId.get(from)!)).toBe(true);
          expect(isOn(points.at(-1)!, byId.get(to)!)).toBe(true);
          points.slice(1).forEach((point, index) => {
            const before = points[index]!;
            expect(point.x === before.x || point.y === before.y).toBe(true);
            const line = {
              x: Math.min(point.x, before.x),
              y: Math.min(point.y, before.y),
              width: Math.abs(point.x - before.x),
              height: Math.abs(point.y - before.y),
            };
            expect(nodes.filter((node) => overlap(line, node)).map(({ id }) => id)).toEqual([]);
            expect(overlap(line, { x: 0, y: 0, width, height })).toBe(true);
          });
        }
      }),
      runs(1_000),
    );
  });

  it('is the same each time', () => {
    fc.assert(
      fc.property(anyJourney, (journey) => {
        expect(layOut(structuredClone(journey))).toEqual(layOut(journey));
      }),
      runs(100),
    );
  });
});
