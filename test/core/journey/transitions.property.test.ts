import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Journey, Step } from '../../../core/journey/document.ts';
import {
  aJourney,
  anAudience,
  anIdentify,
  aTrack,
  aWorkspace,
  startMs,
  TestHome,
  type TestHomeOptions,
} from '../../builders.ts';
import { aRandomJourney, endMs, randomEvents, withoutBreaker } from '../../random-journeys.ts';
import { runs } from '../../properties.ts';

const workspace = aWorkspace(withoutBreaker);
const audiences = [anAudience('lookers', 'retargeting', { did: 'Never Done' })];

interface Life {
  readonly status: string;
  readonly transitions: number;
  /** Holds that the person came to, and messages that were decided about. */
  readonly holds: number;
  readonly sends: number;
}

/** What one person's way through a journey takes of Step Functions. */
async function live(
  journey: Journey,
  events: readonly { atMs: number; name: string }[],
  more: TestHomeOptions = {},
): Promise<Life> {
  const home = new TestHome({ workspace, journeys: [journey], audiences, ...more });
  await home.accept(anIdentify({ email: 'ana@example.com' }), aTrack('Cart Filled', { total: 50 }));
  for (const { atMs, name } of events.filter((event) => event.atMs > startMs)) {
    await home.windTo(atMs);
    await home.accept(aTrack(name, {}, { occurredMs: atMs, receivedMs: atMs }));
  }
  await home.windTo(endMs);
  expect(home.problems).toEqual([]);
  const [row] = home.enrollments('cart');
  const { nodes } = home.definitions.now.journeys.get('cart')!.plan;
  const all = home.db.all<{ name: string; transitions: number }>('SELECT name, transitions FROM executions');
  const life = {
    status: row!.status,
    transitions: all.reduce((sum, one) => sum + (one.name.startsWith(row!.enrollmentId) ? one.transitions : 0), 0),
    holds: row!.path.filter((id) => nodes.get(id)?.role === 'hold').length,
    sends: home.deliveries().length,
  };
  home.close();
  return life;
}

const length = fc.constantFrom('PT15M', 'PT5H', 'P1D', 'P3D');
const plainStep: fc.Arbitrary<Step> = fc.oneof(
  fc.constant<Step>({ send: { email: 'one' } }),
  length.map((wait): Step => ({ wait })),
  length.map((within): Step => ({ waitFor: { event: 'Page Viewed' }, within })),
);
const aPlainJourney = fc
  .array(plainStep, { minLength: 1, maxLength: 8 })
  .map((steps) => aJourney({ steps: steps.map((step, index) => ({ ...step, id: `s${index}` })) }));

it('of sends and waits of a stated length takes no more transitions than it has of both, and two', async () => {
  await fc.assert(
    fc.asyncProperty(aPlainJourney, randomEvents, async (journey, events) => {
      const { status, transitions, holds, sends } = await live(journey, events);
      expect(status).toBe('completed');
      expect(transitions).toBeLessThanOrEqual(holds + sends + 2);
    }),
    runs(1_000),
  );
});

it('of any steps ends, and takes at most two more for each of its waits and one more at its end', async () => {
  await fc.assert(
    fc.asyncProperty(aRandomJourney, randomEvents, async (journey, events) => {
      const { status, transitions, holds, sends } = await live(journey, events);
      expect(['completed', 'exited']).toContain(status);
      expect(transitions).toBeLessThanOrEqual(3 * holds + sends + 3);
    }),
    runs(2_000),
  );
});
