import { SqliteGroups } from '../../../local/store/groups.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { publish } from '../../../core/definitions.ts';
import type { Condition } from '../../../core/segment/condition.ts';
import { previewOf } from '../../../core/segment/preview.ts';
import { previewSegment } from '../../../functions/preview-segment/preview-segment.ts';
import { SqliteFills } from '../../../local/store/fills.ts';
import { anIdentify, aSegment, aTrack, documentsOf, TestHome } from '../../builders.ts';
import { runs } from '../../properties.ts';

const conditions: readonly Condition[] = [
  { did: 'Bought' },
  { did: 'Bought', atLeast: 2, within: 'P3D' },
  { didNot: 'Bought', within: 'P2D' },
  { did: 'Bought', sum: 'price', atLeast: 6 },
  { sequence: [{ did: 'Viewed' }, { did: 'Bought' }], within: 'P1D' },
  { trait: 'plan', is: 'gold' },
  { segment: 'below' },
  { all: [{ not: { segment: 'below' } }, { did: 'Viewed' }] },
  { trait: 'spent', atLeast: 5 },
  { random: 50, salt: 'x' },
];
const who = fc.constantFrom('u1', 'u2', 'u3', 'u4', 'u5');
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      who,
      name: fc.constantFrom('Viewed', 'Bought'),
      price: fc.integer({ min: 1, max: 4 }),
      hoursAgo: fc.constantFrom(0, 0, 20, 60, 100),
    }),
  },
  { weight: 1, arbitrary: fc.record({ who, plan: fc.constantFrom('gold', 'tin') }) },
  { weight: 1, arbitrary: fc.record({ hours: fc.constantFrom(5, 30, 71) }) },
  { weight: 1, arbitrary: fc.record({ who, anonymous: fc.constantFrom('a1', 'a2') }) },
);

describe('the preview of a segment', () => {
  it('says who is in it once it is published', async () => {
    const property = fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 25 }),
      fc.constantFrom(...conditions),
      fc.constantFrom(...conditions),
      fc.boolean(),
      async (steps, when, before, wasPublished) => {
        const below = aSegment('below', { did: 'Viewed', atLeast: 2 });
        const spent = { id: 'spent', name: 'Spent', sum: 'Bought', of: 'price' } as const;
        const isRound = (one: Condition): boolean => 'segment' in one && one.segment === 'asked';
        fc.pre(!isRound(when) && !isRound(before));
        const published = {
          segments: [...(wasPublished ? [aSegment('asked', before), below] : [below])],
          traits: [spent],
        };
        const next = { segments: [aSegment('asked', when), below], traits: [spent] };
        const home = new TestHome(published);
        for (const one of steps) {
          const nowMs = home.clock.nowMs();
          if ('hours' in one) await home.wind(`PT${one.hours}H`);
          else if ('plan' in one) await home.accept(anIdentify({ plan: one.plan }, { userId: one.who }));
          else if ('anonymous' in one)
            await home.accept(anIdentify({}, { userId: one.who, anonymousId: one.anonymous }));
          else {
            const occurredMs = nowMs - one.hoursAgo * 3_600_000;
            await home.accept(aTrack(one.name, { price: one.price }, { userId: one.who, occurredMs }));
          }
        }
        const fills = new SqliteFills(home.db);
        const ask = previewSegment({
          ...home.ports,
          fills,
          groups: new SqliteGroups(home.db),
          rest: () => Promise.resolve(),
        });
        const preview = previewOf(publish(documentsOf(next)), 'asked')!;
        const found = await ask(preview, { part: 0 }, () => false);
        const inside = async () => {
          home.db.lists.bringUp();
          return home.db
            .all<{ id: string }>(
              "SELECT profile_id AS id FROM members WHERE kind = 'segment' AND id = 'asked' ORDER BY 1",
            )
            .map(({ id }) => id);
        };
        const was = await inside();
        home.publish(next);
        await home.filling.idle();
        home.db.flush();
        const is = await inside();
        expect(found.sample.map(({ profileId }) => profileId).toSorted()).toEqual(is);
        expect(found).toMatchObject({
          members: is.length,
          entering: is.filter((id) => !was.includes(id)).length,
          leaving: was.filter((id) => !is.includes(id)).length,
          isPublished: wasPublished,
        });
        expect(found.sizes['asked'] ?? 0).toBe(was.length);
        home.close();
      },
    );
    await fc.assert(property, runs(2_000));
  });

  it('knows no segment that the documents do not have', () => {
    expect(previewOf(publish(documentsOf({})), 'none')).toBeUndefined();
  });
});
