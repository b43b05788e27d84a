import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Journey } from '../../../core/journey/document.ts';
import { anIdentify, aTrack, aWorkspace, dayMs, startMs, TestHome } from '../../builders.ts';
import { runs } from '../../properties.ts';
import { anEdit, edited, type Edit } from '../../random-edits.ts';
import { aLongRandomJourney, endMs, randomEvents, withoutBreaker } from '../../random-journeys.ts';
import { expectWalked } from '../../walked.ts';

type Act =
  | { readonly kind: 'publish'; readonly edits: readonly Edit[]; readonly isMigrated: boolean }
  | { readonly kind: 'roll back'; readonly to: number }
  | { readonly kind: 'migrate' }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' };
interface Doing {
  readonly atMs: number;
  readonly act: Act;
}

const doings: fc.Arbitrary<readonly Doing[]> = fc
  .array(
    fc.record({
      minutes: fc.integer({ min: 0, max: 5 * 1440 }),
      act: fc.oneof(
        fc.record({
          kind: fc.constant('publish' as const),
          edits: fc.array(anEdit, { minLength: 1, maxLength: 3 }),
          isMigrated: fc.boolean(),
        }),
        fc.record({ kind: fc.constant('roll back' as const), to: fc.nat(8) }),
        fc.record({ kind: fc.constantFrom('migrate' as const, 'pause' as const, 'resume' as const) }),
      ),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((all) => all.map(({ minutes, act }, index) => ({ atMs: startMs + minutes * 60_000 + index * 11 + 3, act })));

/** Publishes, rolls back, migrates and pauses one journey, and remembers its versions. */
class Publisher {
  readonly home: TestHome;
  readonly versions: Journey[];
  private count = 0;

  constructor(home: TestHome, first: Journey) {
    this.home = home;
    this.versions = [first];
  }
  async do(act: Act): Promise<void> {
    if (act.kind === 'migrate') return void (await this.home.migrate());
    if (act.kind === 'pause' || act.kind === 'resume') return void (await this.home.control(act.kind));
    const next =
      act.kind === 'roll back'
        ? this.versions[act.to % this.versions.length]!
        : act.edits.reduce((journey, edit) => edited(journey, edit, this.count++), this.versions.at(-1)!);
    this.versions.push(next);
    this.home.publish({ workspace: aWorkspace(withoutBreaker), journeys: [next] });
    if (act.kind === 'publish' && act.isMigrated) await this.home.migrate();
  }
}

describe('whatever is published, rolled back, migrated and paused while people are inside', () => {
  it('gives nobody a step twice, lets nobody skip one, and loses nobody', async () => {
    await fc.assert(
      fc.asyncProperty(aLongRandomJourney, randomEvents, doings, async (journey, events, all) => {
        const home = new TestHome({
          workspace: aWorkspace(withoutBreaker),
          journeys: [journey],
          startMs: startMs - 3 * 86_400_000,
        });
        try {
          const publisher = new Publisher(home, journey);
          await home.accept(anIdentify({ email: 'ana@example.com' }));
          const says = (name: string, atMs: number) => () =>
            home.accept(aTrack(name, {}, { occurredMs: atMs, receivedMs: atMs }));
          const moments = [
            ...[...events, { atMs: startMs, name: 'Cart Filled' }].map(({ atMs, name }) => ({
              atMs,
              act: says(name, atMs),
            })),
            ...all.map(({ atMs, act }) => ({ atMs, act: () => publisher.do(act) })),
          ].sort((a, b) => a.atMs - b.atMs);
          for (const { atMs, act } of moments) {
            await home.windTo(atMs);
            await act();
          }
          await home.windTo(startMs + 12 * dayMs);
          await home.control('resume');
          await home.windTo(endMs);
          expect(home.problems).toEqual([]);
          const rows = home.log.flatMap((change) => (change.enrollments ?? []).map(({ row }) => row));
          expectWalked(rows, publisher.versions);
          const handed = home.channels.handed.map(({ deliveryId }) => deliveryId);
          expect(new Set(handed).size).toBe(handed.length);
          // A pause may outlast a message, or the person's time in the journey.
          const others = home.deliveries().filter(({ status }) => status !== 'sent');
          expect(others.filter(({ reason }) => reason === undefined)).toEqual([]);
          expect(handed.length + others.length).toBe(home.deliveries().length);
        } finally {
          home.close();
        }
      }),
      runs(2_000),
    );
  });
});
