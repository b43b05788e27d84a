import fc from 'fast-check';
import type { Journey, Step, Steps } from '../core/journey/document.ts';

/** One thing that a marketer does to a journey. */
export type Edit =
  | { readonly kind: 'insert' | 'remove' | 'swap' | 'lengthen'; readonly at: number }
  | { readonly kind: 'nest'; readonly at: number };

export const anEdit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom('insert', 'remove', 'swap', 'lengthen', 'nest'),
  at: fc.nat(20),
});

/** A journey after an edit of its outermost list; inserted steps are named by `count`, which no step was before. */
export function edited(journey: Journey, { kind, at }: Edit, count: number): Journey {
  const steps = [...journey.steps];
  const place = at % Math.max(1, steps.length);
  const news: Step =
    count % 2 === 0
      ? { id: `n${count}`, send: { email: 'one' } }
      : { id: `n${count}`, wait: count % 3 ? 'PT2H' : 'P1D' };
  switch (kind) {
    case 'insert':
      steps.splice(place, 0, news);
      break;
    case 'remove':
      steps.splice(place, 1);
      break;
    case 'swap':
      steps.splice(place, 2, ...steps.slice(place, place + 2).reverse());
      break;
    case 'nest':
      steps.splice(place, 1, inBranch(steps.slice(place, place + 1), count));
      break;
    case 'lengthen':
      steps.splice(place, 1, ...steps.slice(place, place + 1).map(longer));
      break;
    default:
      kind satisfies never;
  }
  return { ...journey, steps };
}

const inBranch = (steps: Steps, count: number): Step => ({
  id: `n${count}`,
  branch: [{ when: { did: 'Page Viewed' }, steps }],
  otherwise: [],
});
const longer = (step: Step): Step =>
  'wait' in step && typeof step.wait === 'string'
    ? { ...step, wait: 'P2D' }
    : 'within' in step && step.within
      ? ({ ...step, within: 'P4D' } as Step)
      : step;
