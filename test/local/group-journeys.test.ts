import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at, OwnHome, token } from './home.ts';

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
});
