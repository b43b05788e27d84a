import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Documents, Segment } from '../../../core/journey/document.ts';
import type { Condition } from '../../../core/segment/condition.ts';
import { historyIds, type Profile } from '../../../core/profile/profile.ts';
import { aJourney, anIdentify, aSegment, aTrack, aWorkspace, TestHome } from '../../builders.ts';
import { runs } from '../../properties.ts';

const conditions: readonly Condition[] = [
  { did: 'Viewed' },
  { did: 'Viewed', atLeast: 3, within: 'P7D' },
  { did: 'Viewed', atLeast: 2, within: 'P30D' },
  { did: 'Viewed', exactly: 1, within: 'P2D' },
  { didNot: 'Viewed', within: 'P3D' },
  { did: ['Viewed', 'Bought'], sum: 'price', atLeast: 5, within: 'P7D' },
  { did: 'Bought', sum: 'price', atLeast: 8 },
  { last: 'Bought', olderThan: 'P2D' },
  { first: 'Viewed', newerThan: 'P5D' },
  { trait: 'plan', is: 'gold' },
  { did: 'Viewed', where: { price: { above: 2 } }, atLeast: 2 },
  { did: 'Viewed', distinct: 'price', atLeast: 3 },
  { did: ['Viewed', 'Bought'], distinct: 'price', atMost: 2, within: 'P5D' },
];
const ids = ['s0', 's1', 's2'] as const;
const stay = [{ id: 'stay', wait: 'P365D' }] as const;
/** Whoever is a member of s0 has come in here, whether by an event or by a filling. */
const entered = aJourney({
  id: 'entered',
  entry: { on: { segment: 's0', edge: 'enter' }, again: 'never' },
  steps: stay,
});
/** Nobody who is a member of s1 is still in here. */
const left = aJourney({
  id: 'left',
  entry: { on: { event: 'Viewed' }, again: 'always' },
  exit: [{ when: { segment: 's1' } }],
  steps: stay,
});
type Published = { readonly [id in (typeof ids)[number]]?: number } & {
  readonly isAsking: boolean;
  readonly zone: string;
  readonly retention: string;
  /** Who converted stays converted: the event that does is named from some publication on. */
  readonly converting?: 'Paid';
};

const condition = fc.nat(conditions.length - 1);
const published: fc.Arbitrary<Published> = fc.record(
  {
    s0: condition,
    s1: condition,
    s2: condition,
    isAsking: fc.boolean(),
    zone: fc.constantFrom('UTC', 'Europe/Riga', 'Pacific/Auckland', 'Australia/Lord_Howe'),
    // As long as all of this goes on: what is gone cannot be filled from.
    retention: fc.constantFrom('P13M', 'P2Y'),
  },
  { requiredKeys: ['isAsking', 'zone', 'retention'] },
);

function documentsFrom({ isAsking, converting, zone, retention, ...segments }: Published): Partial<Documents> {
  const asked = ids.flatMap((id): readonly Segment[] => {
    const index = segments[id];
    return index === undefined
      ? []
      : [{ ...aSegment(id, conditions[index]!), ...(id === 's0' && { backfill: 'enter' }) }];
  });
  const first = asked[0];
  return {
    workspace: aWorkspace({ timeZone: zone, retention, conversion: [{ event: converting ?? 'Signed Up' }] }),
    // One segment that asks another moves with it.
    segments: [...asked, ...(first && isAsking ? [aSegment('upper', { not: { segment: first.id } })] : [])],
    audiences: [{ id: 'new', name: 'New', use: 'acquisition', when: { didNot: 'Bought', within: 'P3D' } }],
    journeys: [entered, left],
  };
}

const who = fc.constantFrom('u1', 'u2', 'a1', 'a2');
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('event' as const),
      who,
      name: fc.constantFrom('Viewed', 'Bought', 'Paid'),
      price: fc.integer({ min: 1, max: 5 }),
      hoursAgo: fc.constantFrom(0, 0, 0, 5, 50, 200),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('identify' as const), who, plan: fc.constantFrom('gold', 'tin') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('join' as const),
      user: fc.constantFrom('u1', 'u2'),
      anonymous: fc.constantFrom('a1', 'a2'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('publish' as const), published }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wind' as const), hours: fc.constantFrom(1, 30, 71.5, 100) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Clocks change in Auckland two days later, and the week after by half an hour on Lord Howe: three days are not 72 hours there. */
const beginMs = Date.UTC(2026, 8, 25, 9);

const nameOf = (id: string) => (id.startsWith('u') ? { userId: id } : { anonymousId: id });

/** @param isFinal whether everything that is published in the end is published from the beginning */
async function live(steps: readonly Step[], first: Published, isFinal: boolean): Promise<readonly Partial<Profile>[]> {
  const last = steps.findLast((one) => one.kind === 'publish')?.published;
  const documents = documentsFrom(isFinal && last ? { ...last, converting: 'Paid' } : first);
  const home = new TestHome({ ...documents, startMs: beginMs });
  let at = beginMs;
  for (const [index, one] of steps.entries()) {
    const messageId = `m${index}`;
    const receivedMs = at;
    if (one.kind === 'event') {
      // No two at one instant: which of their values a state keeps shows nowhere, and may differ.
      const occurredMs = at - one.hoursAgo * 3_600_000 - (steps.length - index);
      const track = aTrack(one.name, { price: one.price }, { ...nameOf(one.who), messageId });
      await home.take({ ...track, occurredMs, receivedMs });
    } else if (one.kind === 'identify') {
      await home.take({
        ...anIdentify({ plan: one.plan }, { ...nameOf(one.who), messageId }),
        occurredMs: at,
        receivedMs,
      });
    } else if (one.kind === 'join') {
      const joined = anIdentify({}, { userId: one.user, anonymousId: one.anonymous, messageId });
      await home.take({ ...joined, occurredMs: at, receivedMs });
    } else if (one.kind === 'publish') {
      // What follows is taken while people are being filled.
      if (!isFinal) home.publish(documentsFrom({ ...one.published, converting: 'Paid' }));
    } else {
      at += one.hours * 3_600_000;
      await home.windTo(at);
    }
  }
  await home.drain();
  await home.windTo(at + 60_000);
  expect(home.problems).toEqual([]);
  const people = await Promise.all(['u1', 'u2', 'a1', 'a2'].map((id) => personOf(home, id)));
  return people.filter((one) => one !== undefined);
}

async function personOf(home: TestHome, id: string): Promise<Partial<Profile> | undefined> {
  const key = id.startsWith('u') ? `userId:${id}` : `anonymousId:${id}`;
  const owner = (await home.store.owners([key])).get(key);
  const loaded = owner === undefined ? undefined : await home.store.load(owner);
  if (!loaded) return undefined;
  const { profile } = loaded;
  const { coverage } = home.definitions.now;
  const theirs = historyIds(profile);
  const inside = home.enrollments().filter((one) => theirs.includes(one.profileId));
  if ('s0' in profile.segments) expect(inside.map(({ journeyId }) => journeyId)).toContain('entered');
  if ('s1' in profile.segments)
    expect(inside.filter(({ journeyId, status }) => journeyId === 'left' && status === 'active')).toEqual([]);
  expect(profile.filled ?? 0).toBe(coverage.number);
  return {
    conditions: profile.conditions,
    segments: ranksOf(profile.segments),
    audiences: ranksOf(profile.audiences),
    ...(profile.convertedMs !== undefined && { convertedMs: profile.convertedMs }),
  };
}
/** Since when is another matter. */
const ranksOf = (members: Profile['segments']): Profile['segments'] =>
  Object.fromEntries(
    Object.keys(members)
      .sort()
      .map((id) => [id, 0]),
  );

describe('filling people with what is published', () => {
  it('ends as if it had been published from the beginning', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 25 }), published, async (steps, first) => {
        expect(await live(steps, first, false)).toEqual(await live(steps, first, true));
      }),
      runs(2_000),
    );
  });
});
