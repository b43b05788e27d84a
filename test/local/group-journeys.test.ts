import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readWorkflows } from '../../functions/parts/read-workflows.ts';
import { at, OwnHome, type Item, startMs, token } from './home.ts';

let own: OwnHome;
const write = (folder: string, name: string, body: unknown): void => {
  mkdirSync(join(own.workflows, folder), { recursive: true });
  writeFileSync(join(own.workflows, folder, name), typeof body === 'string' ? body : JSON.stringify(body));
};
const dayMs = 86_400_000;

describe('journeys of groups', () => {
  beforeEach(async () => {
    own = new OwnHome();
    write('segments', 'large.segment.json', {
      ...{ id: 'large', name: 'Of a large company' },
      when: { trait: 'groups.company.plan', is: 'large' },
    });
    write('templates/renewal', 'sms.txt', 'Your company is {{ profile.groups.company.plan | default: "none" }}.\n');
    write('journeys', 'renewal.journey.json', {
      ...{ id: 'renewal', name: 'Renewal', stage: 'retention', kind: 'transactional' },
      entry: { on: { segment: 'large', edge: 'enter' }, again: 'always' },
      exit: [{ when: { trait: 'groups.company.plan', is: 'gone' } }],
      steps: [
        { id: 'before', wait: { until: { trait: 'groups.company.renewsAt', offset: '-P1D' } } },
        { id: 'text', send: { sms: 'renewal' } },
        { id: 'after', wait: 'P30D' },
      ],
    });
    await own.begin();
  });
  afterEach(() => own.end());

  it('begin, wait, write and end by traits of the group, of all its members', async () => {
    const local = own.home;
    for (const [index, userId] of ['ana', 'ben'].entries()) {
      await local.identify(userId, { phone: `+3712000000${index}` });
      await local.post('/v1/group', { userId, groupId: 'acme' });
    }
    const put = async (traits: object): Promise<void> => {
      expect((await local.api('PUT', '/api/groups/company/acme', { traits })).status).toBe(200);
      await local.settle();
    };
    const inside = async () => await local.items('/api/journeys/renewal/enrollments');
    expect(await inside()).toEqual([]);
    await put({ plan: 'large', renewsAt: at(5 * dayMs) });
    expect(await inside()).toEqual([1, 2].map(() => expect.objectContaining({ status: 'active', stepId: 'before' })));
    // Sooner than was said: those who wait for it go by the new date.
    await put({ renewsAt: at(3 * dayMs) });
    await local.wind('P2D');
    const sent = await local.items('/api/deliveries');
    const headers = { cookie: `sojourn=${token}` };
    for (const { deliveryId } of sent)
      expect((await local.call({ path: `/outbox/${String(deliveryId)}`, headers })).text).toContain('is large.');
    expect(sent).toHaveLength(2);
    await put({ plan: 'gone' });
    expect(await inside()).toEqual([1, 2].map(() => expect.objectContaining({ status: 'exited' })));
  });

  it('have segments that are previewed before anybody has what they ask for, and exports without what is of the group', async () => {
    const local = own.home;
    for (const [userId, groupId] of [
      ['ana', 'acme'],
      ['ben', 'acme'],
      ['cleo', 'other'],
    ])
      await local.post('/v1/group', {
        userId,
        groupId,
        traits: { plan: groupId === 'acme' ? 'large' : 'small', city: groupId },
      });
    await local.settle();
    write('segments', 'here.segment.json', {
      ...{ id: 'here', name: 'Here' },
      when: { all: [{ trait: 'groups.company.city', is: 'acme' }, { segment: 'large' }] },
    });
    const { body } = await local.api('POST', '/api/segments/here/preview', { files: readWorkflows(own.workflows) });
    expect(body).toMatchObject({ people: 3, members: 2, entering: 2, overlap: { large: 2 } });
    const { profileId } = await local.profile('ana');
    const exported: Item[] = [];
    for (let cursor: string | undefined, isMore = true; isMore; isMore = cursor !== undefined) {
      const query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`;
      const page = (await local.api('GET', `/api/profiles/${profileId}/export${query}`)).body;
      exported.push(...page.items!);
      cursor = page.next;
    }
    const groups = { company: { value: 'acme', ms: startMs, id: expect.any(String) } };
    const isProfile = ({ holding }: Item): boolean => holding === 'profile';
    expect(exported.filter(isProfile)).toEqual([{ holding: 'profile', row: expect.objectContaining({ groups }) }]);
  });
});
