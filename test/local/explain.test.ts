import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EntryTrigger } from '../../core/journey/document.ts';
import { aJourney, aSegment } from '../builders.ts';
import { aFolder, LocalHome, testWorkflows } from './home.ts';

let folder: string;
let home: LocalHome;
beforeEach(async () => {
  folder = aFolder();
  const workflows = join(folder, 'workflows');
  mkdirSync(workflows);
  cpSync(testWorkflows, workflows, { recursive: true });
  const writes = (path: string, document: object): void =>
    writeFileSync(join(workflows, path), JSON.stringify(document));
  const journey = (id: string, on: EntryTrigger): void =>
    writes(`journeys/${id}.journey.json`, aJourney({ id, entry: { on, again: 'always' }, steps: [{ wait: 'P1D' }] }));
  writes('segments/vips.segment.json', aSegment('vips', { trait: 'vip', is: true }));
  journey('monday', { schedule: { every: 'P1W', on: 'MO', at: '10:00', zone: 'Europe/Riga' }, segment: 'vips' });
  journey('once', { schedule: { once: '2020-01-01T10:00' }, segment: 'vips' });
  journey('birthday', { date: { trait: 'birthday' }, at: '09:00', repeats: 'yearly' });
  home = await LocalHome.open({ data: join(folder, 'data'), workflows });
});
afterEach(async () => {
  await home.close();
  rmSync(folder, { recursive: true });
});

/** What would bring a person into a journey, and whether it would. */
async function trigger(userId: string, journeyId: string): Promise<unknown> {
  const { profileId } = await home.profile(userId);
  const { body } = await home.api('GET', `/api/profiles/${profileId}/journeys/${journeyId}`);
  const [{ isMet, because }] = body['entry'] as readonly [{ readonly isMet: boolean; readonly because: string }];
  return [isMet, because];
}

it('says of a schedule whether a person is a member, and when its time comes for them', async () => {
  await home.identify('ana', { vip: true });
  await home.identify('bo', {});
  expect(await trigger('ana', 'monday')).toEqual([
    true,
    expect.stringMatching(/^a member since .*; its next time for them is \d{4}-\d\d-\d\dT0[78]:00:00\.000Z$/),
  ]);
  expect(await trigger('bo', 'monday')).toEqual([false, expect.stringMatching(/^not a member; its next time/)]);
  expect(await trigger('ana', 'once')).toEqual([false, expect.stringMatching(/its last time has come$/)]);
});

it('says of a date when it comes next, and whether there is any', async () => {
  await home.identify('ana', { birthday: '--03-08' });
  await home.identify('bo', {});
  expect(await trigger('ana', 'birthday')).toEqual([true, expect.stringMatching(/^next \d{4}-03-08T/)]);
  expect(await trigger('bo', 'birthday')).toEqual([false, 'they have none ahead']);
});

it('says why a person is in a segment or an audience', async () => {
  await home.identify('ana', { vip: true });
  const { profileId } = await home.profile('ana');
  const { status, body } = await home.api('GET', `/api/profiles/${profileId}/segments/vips`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    profileId,
    segmentId: 'vips',
    isMember: true,
    since: expect.stringMatching(/Z$/) as string,
    condition: { says: 'vip is true', holds: true, value: true },
  });
  const unknown = await home.api('GET', `/api/profiles/${profileId}/segments/vps`);
  expect(unknown.status).toBe(404);
  expect(unknown.body).toMatchObject({ error: { code: 'segment_unknown', suggestion: 'Did you mean "vips"?' } });
  expect((await home.api('GET', '/api/profiles/nobody/segments/vips')).body).toMatchObject({
    error: { code: 'profile_unknown' },
  });
});

it('says what a computed trait is made of, and that a given one is not', async () => {
  await home.identify('ana', { vip: true });
  await home.track('ana', 'Order Completed');
  const { profileId } = await home.profile('ana');
  const path = `/api/profiles/${profileId}/traits`;
  const { status, body } = await home.api('GET', `${path}/stage`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    profileId,
    traitId: 'stage',
    value: 'decision',
    conditions: [{ says: 'stage "decision"', holds: true, parts: [{ events: [{ name: 'Order Completed' }] }] }],
  });
  expect(await home.api('GET', `${path}/vip`)).toMatchObject({
    status: 404,
    body: { error: { code: 'trait_given' } },
  });
  expect(await home.api('GET', `${path}/stags`)).toMatchObject({
    status: 404,
    body: { error: { code: 'trait_unknown', suggestion: 'Did you mean "stage"?' } },
  });
});
