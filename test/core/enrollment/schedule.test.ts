import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Journey, Schedule } from '../../../core/journey/document.ts';
import {
  aJourney,
  anIdentify,
  aSegment,
  aWorkspace,
  dayMs,
  hourMs,
  TestHome,
  type TestHomeOptions,
} from '../../builders.ts';
import { SqliteRounds } from '../../../local/store/rounds.ts';
import { runs } from '../../properties.ts';

const at = (text: string): number => Date.parse(text);
const vips = aSegment('vips', { trait: 'vip', is: true });
const scheduled = (schedule: Schedule, over: Partial<Journey> = {}): Journey =>
  aJourney({
    id: 'news',
    entry: { on: { schedule, segment: 'vips' } },
    steps: [{ id: 'mail', send: { email: 'news' } }],
    ...over,
  });
const mondays = { every: 'P1W', on: 'MO', at: '10:00' } as const;
/** A Thursday. */
const thursday = at('2026-03-05T12:00:00Z');
const homeOf = (schedule: Schedule, over: TestHomeOptions = {}): TestHome =>
  new TestHome({ startMs: thursday, segments: [vips], journeys: [scheduled(schedule)], ...over });

const join = (home: TestHome, userId: string, timezone?: string, traits = {}) =>
  home.accept(
    anIdentify(
      { vip: true, ...traits },
      { userId, ...(timezone !== undefined && { context: { timezone } }), occurredMs: home.clock.nowMs() },
    ),
  );
/** Who entered, and when, in order. */
async function entries(home: TestHome): Promise<readonly string[]> {
  const names = new Map(home.profiles().map(({ profileId, identifiers }) => [profileId, identifiers[0]?.value]));
  return home
    .enrollments()
    .map(({ profileId, enteredMs }) => `${names.get(profileId)} ${new Date(enteredMs).toISOString().slice(0, 16)}`);
}

describe('a journey on Mondays at ten', () => {
  it('meets everybody at ten o’clock of their own, week after week', async () => {
    const home = homeOf(mondays);
    await join(home, 'riga', 'Europe/Riga');
    await join(home, 'york', 'America/New_York');
    await join(home, 'tokyo', 'Asia/Tokyo');
    await home.windTo(at('2026-03-17T00:00Z'));
    // New York put its clocks forward on 8 March.
    expect(await entries(home)).toEqual([
      'tokyo 2026-03-09T01:00',
      'riga 2026-03-09T08:00',
      'york 2026-03-09T14:00',
      'tokyo 2026-03-16T01:00',
      'riga 2026-03-16T08:00',
      'york 2026-03-16T14:00',
    ]);
    expect(home.problems).toEqual([]);
  });

  it('meets all of them at once in a zone that it names', async () => {
    const home = homeOf({ ...mondays, zone: 'Europe/Riga' });
    await join(home, 'riga', 'Europe/Riga');
    await join(home, 'tokyo', 'Asia/Tokyo');
    await home.windTo(at('2026-03-10T00:00Z'));
    expect((await entries(home)).toSorted()).toEqual(['riga 2026-03-09T08:00', 'tokyo 2026-03-09T08:00']);
  });

  it('asks who is a member at the instant itself', async () => {
    const home = homeOf({ ...mondays, zone: 'workspace' });
    await join(home, 'stays');
    await join(home, 'leaves');
    await home.windTo(at('2026-03-09T09:59Z'));
    await home.accept(anIdentify({ vip: false }, { userId: 'leaves', occurredMs: home.clock.nowMs() }));
    await join(home, 'joins');
    await home.windTo(at('2026-03-09T10:00Z') + 1);
    await join(home, 'late');
    await home.wind('P1D');
    expect((await entries(home)).toSorted()).toEqual(['joins 2026-03-09T10:00', 'stays 2026-03-09T10:00']);
  });

  it('finds those who join, leave or move between the first ten o’clock on earth and their own', async () => {
    const home = homeOf(mondays);
    await join(home, 'leaves', 'Europe/Riga');
    await join(home, 'flies-west', 'Asia/Tokyo');
    await join(home, 'flies-east', 'America/New_York');
    await home.windTo(at('2026-03-09T00:30Z'));
    await join(home, 'joins', 'Europe/Riga');
    await join(home, 'too-late', 'Pacific/Kiritimati');
    await home.accept(anIdentify({ vip: false }, { userId: 'leaves', occurredMs: home.clock.nowMs() }));
    await join(home, 'flies-west', 'America/New_York');
    await join(home, 'flies-east', 'Asia/Tokyo');
    await home.wind('P2D');
    expect(await entries(home)).toEqual([
      'flies-east 2026-03-09T01:00',
      'joins 2026-03-09T08:00',
      'flies-west 2026-03-09T14:00',
    ]);
  });

  it('meets nobody twice who moves on after it', async () => {
    const home = homeOf(mondays);
    await join(home, 'u1', 'Asia/Tokyo');
    await home.windTo(at('2026-03-09T02:00Z'));
    await join(home, 'u1', 'America/New_York');
    await home.wind('P2D');
    expect(await entries(home)).toEqual(['u1 2026-03-09T01:00']);
  });

  it('meets two people who become one between their two instants once', async () => {
    const home = homeOf(mondays);
    await home.accept(
      anIdentify({ vip: true }, { anonymousId: 'a1', context: { timezone: 'Asia/Tokyo' }, occurredMs: thursday }),
    );
    await join(home, 'u1', 'Europe/Riga');
    await home.windTo(at('2026-03-09T02:00Z'));
    await home.accept(anIdentify({}, { userId: 'u1', anonymousId: 'a1', occurredMs: home.clock.nowMs() }));
    await home.wind('P2D');
    expect(home.enrollments()).toHaveLength(1);
  });

  it('begins with the first instant after it was published', async () => {
    const home = homeOf(mondays, { startMs: at('2026-03-09T09:00Z') });
    await join(home, 'riga', 'Europe/Riga');
    await join(home, 'york', 'America/New_York');
    await home.wind('P2D');
    expect(await entries(home)).toEqual(['york 2026-03-09T14:00']);
  });

  it('is missed, and says so, where the home was off for more than an hour of it', async () => {
    const home = homeOf({ ...mondays, zone: 'workspace' });
    await join(home, 'u1');
    await home.wind('PT1M');
    home.clock.moveTo(at('2026-03-09T11:00:00.001Z'));
    await home.wind('P1D');
    expect([await entries(home), home.missed]).toEqual([[], ['2026-03-09T10:00']]);
    await home.wind('P7D');
    expect(await entries(home)).toEqual(['u1 2026-03-16T10:00']);
  });

  it('is made up for within the hour', async () => {
    const home = homeOf({ ...mondays, zone: 'workspace' });
    await join(home, 'u1');
    await home.wind('PT1M');
    home.clock.moveTo(at('2026-03-09T11:00Z'));
    await home.wind('PT1M');
    expect(await entries(home)).toEqual(['u1 2026-03-09T11:00']);
  });

  it.each([
    // Under way already for those who live further east, and its ten o'clock has come for Tokyo: once a day is enough.
    ['later', { ...mondays, at: '20:00' }, ['tokyo 2026-03-09T01:00', 'riga 2026-03-09T18:00']],
    ['earlier', { ...mondays, at: '09:00' }, ['tokyo 2026-03-09T01:00', 'riga 2026-03-09T07:00']],
  ] as const)(
    'goes by what the schedule says now, where it is made %s in the middle of a round',
    async (_, to, expected) => {
      const home = homeOf(mondays);
      await join(home, 'riga', 'Europe/Riga');
      await join(home, 'tokyo', 'Asia/Tokyo');
      await home.windTo(at('2026-03-09T02:00Z'));
      home.publish({ segments: [vips], journeys: [scheduled(to)] });
      await home.windTo(at('2026-03-10T00:00Z'));
      expect(await entries(home)).toEqual(expected);
      expect(home.problems).toEqual([]);
    },
  );

  it('meets people once on a day on which its time is moved, and on the next day it names again', async () => {
    const daily = { every: 'P1D', at: '10:00', zone: 'workspace' } as const;
    const home = homeOf(daily);
    await join(home, 'u1');
    await home.windTo(at('2026-03-06T10:30Z'));
    home.publish({ segments: [vips], journeys: [scheduled({ ...daily, at: '12:00' })] });
    await home.windTo(at('2026-03-06T13:00Z'));
    await join(home, 'u2');
    await home.windTo(at('2026-03-07T13:00Z'));
    expect((await entries(home)).toSorted()).toEqual([
      'u1 2026-03-06T10:00',
      'u1 2026-03-07T12:00',
      'u2 2026-03-07T12:00',
    ]);
  });

  it('goes on for those whose time is still to come where it is changed and changed back, and counts who was missed', async () => {
    const home = homeOf(mondays);
    for (const [name, zone] of [
      ['tokyo', 'Asia/Tokyo'],
      ['riga', 'Europe/Riga'],
      ['york', 'America/New_York'],
    ] as const)
      await join(home, name, zone);
    await home.windTo(at('2026-03-09T02:00Z'));
    home.publish({ segments: [vips], journeys: [scheduled({ ...mondays, at: '23:00' })] });
    await home.windTo(at('2026-03-09T08:30Z'));
    home.publish({ segments: [vips], journeys: [scheduled(mondays)] });
    await home.windTo(at('2026-03-10T12:00Z'));
    expect(await entries(home)).toEqual(['tokyo 2026-03-09T01:00', 'york 2026-03-09T14:00']);
    const [walk] = await home.rounds.progress('news', '2026-03-09T10:00');
    expect(walk).toMatchObject({ isDone: true, counts: { entered: 1, missed: 1, later: 1 } });
  });

  it('is walked anew from its beginning where its walk was closed between two batches', async () => {
    const home = homeOf({ ...mondays, zone: 'workspace' });
    for (let n = 0; n < 600; n++) await home.take(anIdentify({ vip: true }, { userId: `u${n}`, occurredMs: thursday }));
    await home.drain();
    await home.windTo(at('2026-03-09T09:59Z'));
    home.clock.moveTo(at('2026-03-09T10:00Z'));
    const batches = 2;
    // The first run begins the round, each one after it walks a batch.
    for (let run = 0; run <= batches; run++) await home.schedules.run();
    home.publish({ segments: [vips], journeys: [scheduled({ ...mondays, at: '20:00', zone: 'workspace' })] });
    await home.schedules.run();
    const [closed] = await home.rounds.progress('news', '2026-03-09T10:00');
    expect(closed).toMatchObject({ isDone: true, isClosed: true, counts: { entered: 500 } });
    home.publish({ segments: [vips], journeys: [scheduled({ ...mondays, zone: 'workspace' })] });
    await home.windTo(at('2026-03-09T10:05Z'));
    const [anew] = await home.rounds.progress('news', '2026-03-09T10:00');
    expect(anew).toMatchObject({ isDone: true, counts: { entered: 600 } });
    expect(anew?.isClosed).toBeUndefined();
    expect(home.enrollments()).toHaveLength(600);
    expect(home.problems).toEqual([]);
  });

  it('tells once what cannot be looked at, and keeps no other schedule back', async () => {
    let isBroken = true;
    const home = homeOf(
      { ...mondays, zone: 'workspace' },
      {
        journeys: [
          scheduled({ ...mondays, zone: 'workspace' }, { id: 'broken' }),
          scheduled({ ...mondays, zone: 'workspace' }),
        ],
      },
    );
    const { looked } = SqliteRounds.prototype;
    home.rounds.looked = async (journeyId) => {
      if (isBroken && journeyId === 'broken') throw new Error('no row can be read');
      return looked.call(home.rounds, journeyId);
    };
    await join(home, 'u1');
    await home.windTo(at('2026-03-09T12:00Z'));
    expect(home.enrollments().map(({ journeyId }) => journeyId)).toEqual(['news']);
    expect(home.problems.map(String)).toEqual([
      'AggregateError: The schedule of broken could not be looked at: Error: no row can be read',
    ]);
    isBroken = false;
    await home.windTo(at('2026-03-16T12:00Z'));
    expect(home.enrollments().filter(({ journeyId }) => journeyId === 'broken')).toHaveLength(1);
    isBroken = true;
    home.publish({ segments: [vips], journeys: [scheduled({ ...mondays, zone: 'workspace' }, { id: 'broken' })] });
    await home.wind('PT5M');
    expect(home.problems).toHaveLength(2);
  });

  it('comes once where the schedule says once', async () => {
    const home = homeOf({ once: '2026-03-07T10:00', zone: 'workspace' });
    await join(home, 'u1');
    await home.wind('P30D');
    expect(await entries(home)).toEqual(['u1 2026-03-07T10:00']);
  });
});

describe('a limit', () => {
  const limited = (limit: Journey['entry']['limit'], schedule: Schedule = { ...mondays, zone: 'workspace' }) => ({
    journeys: [scheduled(schedule, { entry: { on: { schedule, segment: 'vips' }, limit: limit! } })],
  });

  it('lets the highest scores in, and those without a score last', async () => {
    const home = homeOf(mondays, limited({ atMost: 3, per: 'P1W', by: 'profile.traits.score' }));
    for (const [name, score] of [
      ['a', 5],
      ['b', 90],
      ['c', 7.5],
      ['d', 'much'],
      ['e', -1],
    ] as const)
      await join(home, name, undefined, { score });
    await join(home, 'f');
    await home.windTo(at('2026-03-10T00:00Z'));
    expect((await entries(home)).map((one) => one[0]).toSorted()).toEqual(['a', 'b', 'c']);
  });

  it('gives the place of whoever may not enter to the next', async () => {
    const home = homeOf(mondays, {
      journeys: [
        scheduled(mondays, {
          entry: {
            on: { schedule: { ...mondays, zone: 'workspace' }, segment: 'vips' },
            when: { not: { trait: 'asleep', is: true } },
            limit: { atMost: 1, per: 'P1W', by: 'profile.traits.score' },
          },
        }),
      ],
    });
    await join(home, 'first', undefined, { score: 9, asleep: true });
    await join(home, 'second', undefined, { score: 8 });
    await join(home, 'third', undefined, { score: 7 });
    await home.windTo(at('2026-03-10T00:00Z'));
    expect(await entries(home)).toEqual(['second 2026-03-09T10:00']);
  });

  it('keeps a place for those ranked high until their time; given back, it is nobody’s of that round', async () => {
    const daily = { every: 'P1D', at: '10:00' };
    const home = homeOf(mondays, limited({ atMost: 1, per: 'P1W', by: 'profile.traits.score' }, daily));
    await home.windTo(at('2026-03-08T15:00Z'));
    await join(home, 'york', 'America/New_York', { score: 2 });
    await join(home, 'riga', 'Europe/Riga', { score: 1 });
    // Monday's round has begun in the east: the one place is York's, who is no member any more when ten o'clock comes there.
    await home.windTo(at('2026-03-09T12:00Z'));
    await home.accept(anIdentify({ vip: false }, { userId: 'york', occurredMs: home.clock.nowMs() }));
    await home.windTo(at('2026-03-09T20:00Z'));
    expect(await entries(home)).toEqual([]);
    // The place is free again in the week.
    await home.windTo(at('2026-03-10T20:00Z'));
    expect(await entries(home)).toEqual(['riga 2026-03-10T08:00']);
  });

  it('ranks people of all zones together before the first of them enters', async () => {
    const home = homeOf(mondays, limited({ atMost: 1, per: 'P1W', by: 'profile.traits.score' }, mondays));
    await join(home, 'tokyo', 'Asia/Tokyo', { score: 1 });
    await join(home, 'york', 'America/New_York', { score: 2 });
    await home.windTo(at('2026-03-10T00:00Z'));
    expect(await entries(home)).toEqual(['york 2026-03-09T14:00']);
  });

  it('counts from midnight to midnight of the workspace, first come first served', async () => {
    const home = new TestHome({
      startMs: at('2026-03-05T20:00Z'),
      workspace: aWorkspace({ timeZone: 'Europe/Riga' }),
      segments: [vips],
      journeys: [
        aJourney({
          id: 'edge',
          entry: { on: { segment: 'vips', edge: 'enter' }, again: 'always', limit: { atMost: 2, per: 'P1D' } },
          steps: [],
        }),
      ],
    });
    for (const name of ['a', 'b', 'c']) await join(home, name);
    await home.windTo(at('2026-03-05T22:00Z'));
    await join(home, 'd');
    expect((await entries(home)).map((one) => one[0]).toSorted()).toEqual(['a', 'b', 'd']);
  });

  it('keeps no place for whoever is held out', async () => {
    const home = homeOf(mondays, {
      journeys: [
        scheduled(mondays, {
          holdout: 100,
          entry: { on: { schedule: mondays, segment: 'vips' }, limit: { atMost: 1, per: 'P1D' } },
        }),
      ],
    });
    for (const name of ['a', 'b', 'c']) await join(home, name, 'UTC');
    await home.windTo(at('2026-03-10T00:00Z'));
    expect(home.enrollments().map(({ status }) => status)).toEqual(['held-out', 'held-out', 'held-out']);
  });
});

describe('a walk over a segment of many batches', () => {
  it('loses nobody and enters nobody twice, wherever it is cut off', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(90), fc.boolean()), { minLength: 1, maxLength: 6 }),
        fc.constantFrom('workspace', 'profile'),
        fc.constantFrom(undefined, { atMost: 7, per: 'P1W', by: 'profile.traits.score' }),
        async (cuts, zone, limit) => {
          let [calls, isCutting] = [0, false];
          const home = homeOf(mondays, {
            journeys: [
              scheduled(mondays, {
                entry: { on: { schedule: { ...mondays, zone }, segment: 'vips' }, ...(limit && { limit }) },
              }),
            ],
            around: async (_, call) => {
              const cut = isCutting ? cuts.find(([at]) => at === calls) : undefined;
              if (isCutting) calls++;
              if (cut?.[1] === false) throw new Error('killed before');
              const answer = await call();
              if (cut) throw new Error('killed after');
              return answer;
            },
          });
          const zones = ['Europe/Riga', 'Asia/Tokyo', 'Pacific/Kiritimati'];
          for (let n = 0; n < 12; n++) await join(home, `u${n}`, zones[n % 3], { score: n });
          isCutting = true;
          await home.windTo(at('2026-03-10T00:00Z'));
          const entered = (await entries(home)).map((one) => one.split(' ')[0]!);
          expect(home.problems.length).toBeLessThanOrEqual(cuts.length);
          const expected = Array.from({ length: limit ? 7 : 12 }, (_, n) => `u${11 - n}`);
          expect(entered.toSorted()).toEqual(expected.toSorted());
        },
      ),
      runs(400),
    );
  });

  it('enters everybody once, and says how far it came', async () => {
    const home = homeOf({ ...mondays, zone: 'workspace' });
    for (let n = 0; n < 600; n++) await home.take(anIdentify({ vip: true }, { userId: `u${n}`, occurredMs: thursday }));
    await home.drain();
    await home.windTo(at('2026-03-09T10:00Z') + dayMs - hourMs);
    expect(new Set(home.enrollments().map(({ profileId }) => profileId)).size).toBe(600);
    expect(home.enrollments()).toHaveLength(600);
    expect(await home.rounds.latest('news')).toMatchObject([
      { roundId: '2026-03-09T10:00', isDone: true, counts: { entered: 600 } },
    ]);
  });
});
