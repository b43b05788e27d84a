import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { publish } from '../../../core/definitions.ts';
import { datesAfter } from '../../../core/enrollment/dates.ts';
import type { DateEntry, Documents } from '../../../core/journey/document.ts';
import type { JsonObject } from '../../../core/json.ts';
import { newProfile, type Profile } from '../../../core/profile/profile.ts';
import { fillProfile } from '../../../core/fill-profile.ts';
import { aJourney, anIdentify, aTrack, dayMs, documentsOf, hourMs, startMs, TestHome } from '../../builders.ts';
import { runs } from '../../properties.ts';

const at = (text: string): number => Date.parse(text);
const byDate = (on: DateEntry, id = 'dated') => aJourney({ id, entry: { on }, steps: [{ id: 'wait', wait: 'P10D' }] });
const aPerson = (traits: JsonObject, timeZone?: string): Profile => ({
  ...newProfile('p1', 0),
  traits: Object.fromEntries(Object.entries(traits).map(([name, value]) => [name, { value, ms: 0, id: '' }])),
  ...(timeZone !== undefined && { timeZone: { value: timeZone, ms: 0, id: '' } }),
});
/** When a journey with this entry begins next for a person. */
function nextOf(on: DateEntry, person: Profile, after: string, over: Partial<Documents> = {}): string | undefined {
  const [next] = datesAfter(person, publish(documentsOf({ journeys: [byDate(on)], ...over })), at(after));
  return next && new Date(next.atMs).toISOString();
}
const birthday = { date: { trait: 'birthday' }, at: '10:00', repeats: 'yearly' } as const;
const trialEnd = { date: { trait: 'trialEndsAt' }, offset: '-P3D' } as const;
const latvia = {
  id: 'LV',
  name: 'Latvia',
  holidays: { midsummer: '--06-24', easter: ['2026-04-05', '2027-03-28'] },
};

describe('a date of a person', () => {
  it.each([
    ['an instant keeps its time', trialEnd, '2026-12-10T15:30:00Z', '2026-12-07T15:30:00.000Z'],
    ['a date begins at midnight', trialEnd, '2026-12-10', '2026-12-06T22:00:00.000Z'],
    ['"at" says the time of day', { ...trialEnd, at: '10:00' }, '2026-12-10', '2026-12-07T08:00:00.000Z'],
    [
      'hours of an offset are exact',
      { ...trialEnd, offset: '-PT3H', at: '10:00' },
      '2026-12-10',
      '2026-12-10T05:00:00.000Z',
    ],
    ['a date that is past comes no more', trialEnd, '2026-11-01', undefined],
    ['what is no date is none', trialEnd, 'soon', undefined],
    ['nor is a day that does not exist', trialEnd, '2027-02-29', undefined],
    [
      'a date without its year comes every year',
      { date: { trait: 'trialEndsAt' } },
      '--03-08',
      '2027-03-07T22:00:00.000Z',
    ],
  ] as const)('%s', (_, on, trialEndsAt, next) => {
    expect(nextOf(on, aPerson({ trialEndsAt }, 'Europe/Riga'), '2026-11-21T00:00:00Z')).toBe(next);
  });

  it('keeps its month and day from year to year, and 29 February is the 28th where there is none', () => {
    const leap = aPerson({ birthday: '1992-02-29' });
    expect(nextOf(birthday, leap, '2026-11-21T00:00:00Z')).toBe('2027-02-28T10:00:00.000Z');
    expect(nextOf(birthday, leap, '2027-02-28T10:00:00Z')).toBe('2028-02-29T10:00:00.000Z');
    expect(nextOf(birthday, aPerson({ birthday: '--02-29' }), '2028-02-28T10:00:00Z')).toBe('2028-02-29T10:00:00.000Z');
  });

  it('does not come back before its own first year', () => {
    expect(nextOf(birthday, aPerson({ birthday: '2030-05-01' }), '2026-11-21T00:00:00Z')).toBe(
      '2030-05-01T10:00:00.000Z',
    );
  });

  it('is moved by its offset across the turn of the year', () => {
    const weekBefore = { ...birthday, offset: '-P7D' } as const;
    expect(nextOf(weekBefore, aPerson({ birthday: '1990-01-03' }), '2026-12-26T00:00:00Z')).toBe(
      '2026-12-27T10:00:00.000Z',
    );
    expect(nextOf(weekBefore, aPerson({ birthday: '1990-01-03' }), '2026-12-28T00:00:00Z')).toBe(
      '2027-12-27T10:00:00.000Z',
    );
  });

  it('may be a holiday of their country', () => {
    const midsummer = { date: { holiday: 'midsummer' }, offset: '-P1D', at: '09:00' } as const;
    const over = { calendars: [latvia] };
    expect(nextOf(midsummer, aPerson({ country: 'lv' }), '2026-11-21T00:00:00Z', over)).toBe(
      '2027-06-23T09:00:00.000Z',
    );
    const easter = { date: { holiday: 'easter' } } as const;
    const address = { address: { country: 'LV' }, country: 'EE' };
    expect(nextOf(easter, aPerson(address), '2026-11-21T00:00:00Z', over)).toBe('2027-03-28T00:00:00.000Z');
    expect(nextOf(easter, aPerson({ country: 'EE' }), '2026-11-21T00:00:00Z', over)).toBeUndefined();
    expect(nextOf(easter, aPerson({}), '2026-11-21T00:00:00Z', over)).toBeUndefined();
  });

  it('is the date that another calendar finds, whatever the zone, the year and the offset', () => {
    const zones = ['Europe/Riga', 'America/New_York', 'Asia/Tokyo', 'Africa/Casablanca'];
    const place = fc.record({
      zone: fc.constantFrom(...zones),
      month: fc.integer({ min: 1, max: 12 }),
      day: fc.integer({ min: 1, max: 31 }),
    });
    fc.assert(
      fc.property(
        place,
        fc.integer({ min: -400, max: 400 }),
        fc.integer({ min: 0, max: 3_000 }),
        ({ zone, month, day }, offsetDays, daysOn) => {
          const born = Temporal.PlainDate.from({ year: 1992, month, day }, { overflow: 'constrain' });
          const after = Temporal.Instant.from('2026-01-01T00:00Z').add({ hours: daysOn * 24 });
          const found = Array.from({ length: 16 }, (_, index) => {
            const inYear = Temporal.PlainDate.from(
              { year: 2023 + index, month: born.month, day: born.day },
              { overflow: 'constrain' },
            );
            return inYear.add({ days: offsetDays }).toZonedDateTime({ timeZone: zone, plainTime: '10:00' })
              .epochMilliseconds;
          }).find((ms) => ms > after.epochMilliseconds);
          const on = { ...birthday, offset: `${offsetDays < 0 ? '-' : ''}P${Math.abs(offsetDays)}D` };
          expect(nextOf(on, aPerson({ birthday: born.toString() }, zone), after.toString())).toBe(
            new Date(found!).toISOString(),
          );
        },
      ),
      runs(1_000),
    );
  });
});

describe('a journey that a date begins', () => {
  const entered = (home: TestHome): readonly string[] =>
    home.enrollments().map(({ enteredMs }) => new Date(enteredMs).toISOString());

  it('begins at the date, without any event', async () => {
    const home = new TestHome({ journeys: [byDate({ ...trialEnd, at: '10:00' })] });
    await home.accept(anIdentify({ trialEndsAt: '2026-03-20' }));
    await home.wind('P30D');
    expect(entered(home)).toEqual(['2026-03-17T10:00:00.000Z']);
    expect(home.problems).toEqual([]);
  });

  it('comes back each year of a leap-day birthday', async () => {
    const home = new TestHome({ journeys: [byDate(birthday)] });
    await home.accept(anIdentify({ birthday: '1992-02-29' }));
    await home.wind('P3Y');
    expect(entered(home)).toEqual(['2027-02-28T10:00:00.000Z', '2028-02-29T10:00:00.000Z', '2029-02-28T10:00:00.000Z']);
  });

  it('moves with the trait, and a date that was past when it came enters nothing', async () => {
    const home = new TestHome({ journeys: [byDate(trialEnd)] });
    await home.accept(anIdentify({ trialEndsAt: '2026-03-20' }));
    await home.wind('P1D');
    await home.accept(anIdentify({ trialEndsAt: '2026-03-25' }));
    await home.wind('P30D');
    expect(entered(home)).toEqual(['2026-03-22T00:00:00.000Z']);
    await home.accept(anIdentify({ trialEndsAt: '2026-03-30' }));
    await home.wind('P30D');
    expect(entered(home)).toHaveLength(1);
  });

  it('moves with the person’s zone, and happens once though the zone puts it off', async () => {
    const home = new TestHome({ journeys: [aJourney({ id: 'day', entry: { on: birthday }, steps: [] })] });
    await home.accept(anIdentify({ birthday: '1990-03-05' }, { context: { timezone: 'Asia/Tokyo' } }));
    await home.windTo(at('2026-03-05T02:00Z'));
    expect(entered(home)).toEqual(['2026-03-05T01:00:00.000Z']);
    await home.accept(aZone('America/New_York'));
    await home.wind('P5D');
    expect(entered(home)).toHaveLength(1);
  });

  it('is refused as stale where the home was off, and the next one is not lost', async () => {
    const home = new TestHome({ journeys: [byDate(birthday)] });
    await home.accept(anIdentify({ birthday: '1990-03-03' }));
    home.clock.moveTo(startMs + dayMs + hourMs + 1);
    await home.wind('PT1M');
    expect(home.facts('entry')).toMatchObject([{ name: 'dated', detail: { refused: 'stale' } }]);
    await home.wind('P1Y');
    expect(entered(home)).toEqual(['2027-03-03T10:00:00.000Z']);
  });

  it('is entered once by two people who turn out to be one', async () => {
    const home = new TestHome({ journeys: [aJourney({ id: 'day', entry: { on: birthday }, steps: [] })] });
    await home.accept(anIdentify({ birthday: '1990-03-03' }, { anonymousId: 'a1' }));
    await home.accept(anIdentify({ birthday: '1990-03-03' }, { userId: 'u1', anonymousId: 'a2' }));
    await home.windTo(startMs + dayMs);
    await home.accept(anIdentify({}, { userId: 'u1', anonymousId: 'a1' }));
    await home.wind('P1D');
    const [winner] = home.profiles().filter(({ mergedInto }) => mergedInto === undefined);
    expect(home.enrollments().filter(({ profileId }) => profileId === winner!.profileId)).toHaveLength(1);
    await home.wind('P1Y');
    expect(home.enrollments().filter(({ profileId }) => profileId === winner!.profileId)).toHaveLength(2);
  });

  it('keeps the earliest of two people’s dates when they become one before it', async () => {
    const home = new TestHome({ journeys: [byDate(trialEnd)] });
    await home.accept(anIdentify({ trialEndsAt: '2026-03-20' }, { anonymousId: 'a1' }));
    await home.accept(anIdentify({ name: 'Ana' }, { userId: 'u1' }));
    await home.accept(anIdentify({}, { userId: 'u1', anonymousId: 'a1' }));
    await home.wind('P30D');
    expect(entered(home)).toEqual(['2026-03-17T00:00:00.000Z']);
  });
});

const aZone = (timezone: string) => anIdentify({}, { context: { timezone } });

describe('a date journey that is published when people have the trait already', () => {
  it('is found by the filling of everybody, and twice changes nothing', async () => {
    const home = new TestHome({});
    await home.accept(anIdentify({ trialEndsAt: '2026-03-20' }));
    const { profileId } = await home.profile();
    home.publish({ journeys: [byDate(trialEnd)] });
    await home.filling.idle();
    const { nextDateMs, dueMs } = await home.profile();
    expect([nextDateMs, dueMs]).toEqual([at('2026-03-17T00:00Z'), at('2026-03-17T00:00Z')]);
    const { version } = (await home.store.load(profileId))!;
    home.publish({ journeys: [byDate(trialEnd)] });
    await fillProfile(home.ports)(profileId);
    await home.filling.idle();
    expect((await home.store.load(profileId))!.version).toBe(version);
  });

  it('is found by any event of the person', async () => {
    const home = new TestHome({});
    await home.accept(anIdentify({ trialEndsAt: '2026-03-20' }));
    home.definitions.publish(documentsOf({ journeys: [byDate(trialEnd)] }));
    await home.accept(aTrack('Page Viewed'));
    expect((await home.profile()).nextDateMs).toBe(at('2026-03-17T00:00Z'));
  });
});
