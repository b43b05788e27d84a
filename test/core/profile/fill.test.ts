import { describe, expect, it } from 'vitest';
import type { Documents, Segment } from '../../../core/journey/document.ts';
import { coverageAfter, unknownCoverage } from '../../../core/segment/coverage.ts';
import { publish } from '../../../core/definitions.ts';
import { DefinitionsOutdated } from '../../../core/failures.ts';
import { Draft } from '../../../core/profile/draft.ts';
import { newProfile } from '../../../core/profile/profile.ts';
import { fillProfile } from '../../../core/fill-profile.ts';
import {
  aJourney,
  anAudience,
  anIdentify,
  aSegment,
  aTrack,
  aWorkspace,
  documentsOf,
  TestHome,
} from '../../builders.ts';

const buyers: Segment = aSegment('buyers', { did: 'Bought' });
const onEntering = aJourney({
  id: 'thanks',
  entry: { on: { segment: 'buyers', edge: 'enter' }, again: 'always' },
  steps: [{ wait: 'P30D' }],
});
/** As on AWS, where some time passes before anybody is filled. */
const publishUnfilled = (home: TestHome, documents: Partial<Documents>): void => {
  const start = home.filling.start.bind(home.filling);
  home.filling.start = () => undefined;
  home.publish(documents);
  home.filling.start = start;
};
const entered = async (home: TestHome) => (await home.profile()).enrollments.map(({ journeyId }) => journeyId);

describe('a segment that is published when people have a history', () => {
  it('has them as members, and starts no journey for them', async () => {
    const home = new TestHome({});
    await home.accept(aTrack('Bought'));
    home.publish({ segments: [buyers], journeys: [onEntering] });
    await home.drain();
    expect(Object.keys((await home.profile()).segments)).toEqual(['buyers']);
    expect(await entered(home)).toEqual([]);
  });

  it('starts journeys for them where it says so', async () => {
    const home = new TestHome({});
    await home.accept(aTrack('Bought'));
    home.publish({ segments: [{ ...buyers, backfill: 'enter' }], journeys: [onEntering] });
    await home.drain();
    expect(await entered(home)).toEqual(['thanks']);
  });

  it('starts journeys for whoever comes in after it', async () => {
    const home = new TestHome({});
    await home.accept(aTrack('Viewed'));
    home.publish({ segments: [buyers], journeys: [onEntering] });
    await home.drain();
    await home.accept(aTrack('Bought'));
    expect(await entered(home)).toEqual(['thanks']);
  });

  it('starts journeys for whoever comes in between its publication and their filling', async () => {
    const home = new TestHome({});
    await home.accept(aTrack('Viewed'), aTrack('Bought', {}, { userId: 'u2' }));
    publishUnfilled(home, { segments: [buyers], journeys: [onEntering] });
    await home.wind('PT1M');
    await home.accept(aTrack('Bought'), aTrack('Bought', {}, { userId: 'u2' }));
    home.filling.start(home.definitions.now.coverage);
    await home.drain();
    expect(await entered(home)).toEqual(['thanks']);
    expect((await home.profile('userId:u2')).enrollments).toEqual([]);
  });

  it('tells journeys of those who come in by it, and not of those who leave', async () => {
    const onLeaving = {
      ...onEntering,
      entry: { on: { segment: 'buyers', edge: 'leave' as const }, again: 'always' as const },
    };
    const home = new TestHome({ segments: [buyers], journeys: [onLeaving] });
    await home.accept(aTrack('Bought'));
    await home.wind('PT1M');
    const segments = [{ ...aSegment('buyers', { did: 'Bought', atLeast: 2 }), backfill: 'enter' as const }];
    home.publish({ segments, journeys: [onLeaving] });
    await home.drain();
    expect(await home.profile()).toMatchObject({ segments: {}, enrollments: [] });
  });

  it('is what a step asks of people whom nobody has filled yet', async () => {
    const steps = [
      { id: 'wait', wait: 'PT1M' },
      { id: 'ask', branch: [{ when: { segment: 'buyers' }, steps: [{ id: 'yes', wait: 'P30D' }] }] },
    ];
    const asking = [aJourney({ steps })];
    const home = new TestHome({ journeys: asking, segments: [aSegment('buyers', { did: 'Paid' })] });
    await home.accept(aTrack('Bought'), aTrack('Cart Filled'));
    home.definitions.publish(documentsOf({ journeys: asking, segments: [buyers] }));
    await home.wind('PT1M');
    expect(Object.keys((await home.profile()).segments)).toEqual(['buyers']);
    expect(home.enrollments()).toMatchObject([{ path: ['wait', 'ask', 'yes'] }]);
  });
});

describe('somebody who does something before they are filled', () => {
  it('is filled by it, from what came before', async () => {
    const home = new TestHome({});
    await home.accept(aTrack('Bought'));
    home.definitions.publish(documentsOf({ segments: [buyers, aSegment('often', { did: 'Bought', exactly: 2 })] }));
    await home.accept(aTrack('Viewed'));
    expect(Object.keys((await home.profile()).segments)).toEqual(['buyers']);
    await home.accept(aTrack('Bought'));
    expect(Object.keys((await home.profile()).segments)).toEqual(['buyers', 'often']);
  });

  it('leaves at once by what a changed segment says now', async () => {
    const cart = aJourney({ exit: [{ when: { segment: 'buyers' } }], steps: [{ wait: 'P30D' }] });
    const home = new TestHome({ segments: [aSegment('buyers', { did: 'Paid' })], journeys: [cart] });
    await home.accept(aTrack('Cart Filled'));
    home.definitions.publish(
      documentsOf({ segments: [aSegment('buyers', { did: 'Bought', atLeast: 2 })], journeys: [cart] }),
    );
    await home.accept(aTrack('Bought'));
    expect(home.enrollments()).toMatchObject([{ status: 'active' }]);
    await home.accept(aTrack('Bought'));
    expect(home.enrollments()).toMatchObject([{ status: 'exited', reason: 'exit-condition' }]);
  });

  it('is taken by what they do, though nobody can read what they did', async () => {
    const home = new TestHome({});
    await home.accept(aTrack('Bought'));
    home.definitions.publish(documentsOf({ segments: [buyers] }));
    const history = home.store.history.bind(home.store);
    home.store.history = async () => Promise.reject(new Error('This timeline cannot be read.'));
    await home.accept(aTrack('Viewed'));
    expect((await home.profile()).segments).toEqual({});
    home.store.history = history;
    await home.wind('PT10M');
    expect(Object.keys((await home.profile()).segments)).toEqual(['buyers']);
  });

  it('was never in an acquisition audience that is published with what converted them', async () => {
    const home = new TestHome({ workspace: aWorkspace({ conversion: [] }), isRecorded: true });
    await home.accept(aTrack('Bought'));
    const workspace = aWorkspace({ conversion: [{ event: 'Bought' }] });
    home.definitions.publish(
      documentsOf({ workspace, audiences: [anAudience('new', 'acquisition', { did: 'Bought' })] }),
    );
    await home.accept(aTrack('Viewed'));
    const told = home.db.all<{ kind: string; name: string }>('SELECT kind, name FROM facts');
    expect(told.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['conversion Bought']);
  });

  it('is no member of an acquisition audience, nor in such a journey, once an event of before converts', async () => {
    const hello = aJourney({ kind: 'acquisition', steps: [{ wait: 'P30D' }] });
    const home = new TestHome({ workspace: aWorkspace({ conversion: [] }), journeys: [hello] });
    await home.accept(aTrack('Bought'), aTrack('Cart Filled'));
    const workspace = aWorkspace({ conversion: [{ event: 'Bought' }] });
    const audiences = [anAudience('new', 'acquisition', { did: 'Viewed' })];
    home.definitions.publish(documentsOf({ workspace, audiences, journeys: [hello] }));
    await home.accept(aTrack('Viewed'));
    expect((await home.profile()).audiences).toEqual({});
    expect(home.enrollments()).toMatchObject([{ status: 'exited', reason: 'converted' }]);
  });
});

describe('a holiday that is on another day than before', () => {
  const lv = (days: readonly string[]) => ({
    calendars: [{ id: 'LV', name: 'Latvia', holidays: { fair: days } }],
    journeys: [
      aJourney({
        exit: [{ when: { dayOf: { holiday: 'fair' }, from: 'P0D', to: 'P1D' } }],
        steps: [{ wait: 'P90D' }],
      }),
    ],
  });

  it('ends what watches for it, on its day', async () => {
    const home = new TestHome(lv(['2026-04-20']));
    await home.accept(anIdentify({ country: 'LV' }), aTrack('Cart Filled'));
    await home.wind('P1D');
    home.publish(lv(['2026-03-10']));
    await home.drain();
    await home.wind('P9D');
    expect(home.enrollments()).toMatchObject([{ status: 'exited', reason: 'exit-condition' }]);
    expect(new Date(home.enrollments()[0]!.exitedMs!).toISOString()).toBe('2026-03-10T00:00:00.000Z');
  });
});

describe('two people of whom one is filled', () => {
  it('are filled together once they are one', async () => {
    const home = new TestHome({});
    const nobody = { anonymousId: 'a1' };
    await home.accept(aTrack('Bought'), aTrack('Bought', {}, nobody));
    home.definitions.publish(documentsOf({ segments: [aSegment('often', { did: 'Bought', atLeast: 2 })] }));
    await fillProfile(home.ports)((await home.profile()).profileId);
    await home.accept(anIdentify({}, { userId: 'u1', ...nobody }));
    expect(Object.keys((await home.profile()).segments)).toEqual(['often']);
  });
});

describe('another time zone of the workspace', () => {
  const zone = (timeZone: string) => ({ workspace: aWorkspace({ timeZone }) });

  it('keeps states, and lets exits that ask a segment be taken before anybody is filled', async () => {
    const cart = aJourney({ exit: [{ when: { segment: 'buyers' } }], steps: [{ wait: 'PT5M' }] });
    const home = new TestHome({ ...zone('UTC'), segments: [buyers], journeys: [cart] });
    await home.accept(aTrack('Cart Filled', { cartId: 'c1' }));
    publishUnfilled(home, { ...zone('Europe/Riga'), segments: [buyers], journeys: [cart] });
    await home.accept(aTrack('Bought'));
    expect(Object.keys((await home.profile()).segments)).toEqual(['buyers']);
    const active = (await home.profile()).enrollments.filter(({ isActive }) => isActive);
    expect(active).toEqual([]);
  });

  it('loses nothing that happened longer ago than events are kept', async () => {
    const home = new TestHome({ ...zone('UTC'), segments: [buyers] });
    await home.accept(aTrack('Bought'));
    home.store.history = async () => [];
    home.publish({ ...zone('Europe/Riga'), segments: [buyers] });
    await home.drain();
    expect(Object.keys((await home.profile()).segments)).toEqual(['buyers']);
  });
});

describe('somebody who cannot be filled', () => {
  it('is told of, and keeps nobody else waiting', async () => {
    const home = new TestHome({});
    await home.accept(aTrack('Bought'), aTrack('Bought', {}, { userId: 'u2' }));
    const broken = (await home.profile()).profileId;
    const history = home.store.history.bind(home.store);
    home.store.history = async (ids, filter) => {
      if (ids.includes(broken)) throw new RangeError('unreadable');
      return history(ids, filter);
    };
    home.publish({ segments: [buyers] });
    await home.filling.idle();
    expect(Object.keys((await home.profile('userId:u2')).segments)).toEqual(['buyers']);
    expect(home.problems).toEqual([new RangeError('unreadable')]);
  });
});

describe('documents that are published anew', () => {
  it('let nobody stay in a segment that is no more, nor keep what only that one asked', async () => {
    const home = new TestHome({ segments: [buyers] });
    await home.accept(aTrack('Bought'));
    home.publish({ segments: [] });
    await home.drain();
    expect(await home.profile()).toMatchObject({ segments: {}, conditions: {} });
  });

  it('convert those who did before what converts now, and take them out of what is meant to win them', async () => {
    const audiences = [anAudience('winnable', 'acquisition', { did: 'Paid' })];
    const welcome = aJourney({ id: 'welcome', kind: 'acquisition', steps: [{ wait: 'P30D' }] });
    const conversion = [{ event: 'Never' }];
    const home = new TestHome({ workspace: aWorkspace({ conversion }), audiences, journeys: [welcome] });
    await home.accept(aTrack('Product Viewed'), aTrack('Paid'));
    expect(await home.profile()).toMatchObject({ audiences: { winnable: home.clock.nowMs() } });
    home.publish({ workspace: aWorkspace({ conversion: [{ event: 'Paid' }] }), audiences, journeys: [welcome] });
    await home.drain();
    const profile = await home.profile();
    expect(profile.convertedMs).toBe(home.clock.nowMs());
    expect(profile.audiences).toEqual({});
    expect(profile.enrollments.filter(({ isActive }) => isActive)).toEqual([]);
  });

  it('ask nothing of anybody where only words changed', () => {
    const documents = documentsOf({ segments: [buyers] });
    const before = coverageAfter(undefined, documents, publish(documents), 0);
    const renamed = documentsOf({ segments: [{ ...buyers, name: 'Those who bought' }] });
    expect(coverageAfter(before, renamed, publish(renamed), 0)).toBe(before);
  });

  it('ask everything anew of people of whom it is not known what they are filled with', () => {
    const documents = documentsOf({ segments: [buyers] });
    const { number, rules } = coverageAfter(unknownCoverage, documents, publish(documents), 0);
    expect([number, rules['segment/buyers']?.since]).toEqual([1, 1]);
  });

  it('are read anew by whoever meets somebody filled with later ones', () => {
    const profile = { ...newProfile('p1', 0), filled: 1 };
    const around = {
      definitions: publish(documentsOf()),
      nowMs: 0,
      attemptId: 'a',
      enrollments: new Map(),
      journeys: new Map(),
    };
    expect(() => new Draft(around, [{ profile, version: 1 }])).toThrow(DefinitionsOutdated);
  });
});
