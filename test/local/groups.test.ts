import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { groupLines } from '../../cli/look-lines.ts';
import { HomeClock } from '../../local/clock.ts';
import { Outbox } from '../../local/outbox.ts';
import { ReadModel } from '../../local/read-model.ts';
import { Database } from '../../local/store/database.ts';
import { SqliteGroups } from '../../local/store/groups.ts';
import { SqliteProfileStore } from '../../local/store/profile-store.ts';
import { groupConditionsContract, type OpenDue } from '../contracts/group-conditions.ts';
import { groupsContract } from '../contracts/groups.ts';
import { runs } from '../properties.ts';
import { aFolder, basic, LocalHome, publicKey, refusal, testWorkflows } from './home.ts';

async function open(): Promise<OpenDue> {
  const db = new Database(':memory:');
  const clock = new HomeClock(db, { kind: 'manual' });
  const store = new SqliteProfileStore(db);
  return {
    groups: new SqliteGroups(db),
    store,
    directory: new ReadModel(db, new Outbox(db, clock)),
    settle: async () => undefined,
    due: () => store.due(Number.MAX_SAFE_INTEGER, 1_000),
    done: async () => undefined,
    close: async () => db.close(),
  };
}
groupsContract('SQLite', 1_000, open);
groupConditionsContract('SQLite', runs(2_000).numRuns, open);

describe('groups over the API', () => {
  const inHome = async (work: (local: LocalHome) => Promise<void>): Promise<void> => {
    const local = await LocalHome.open();
    try {
      await work(local);
    } finally {
      await local.close();
    }
  };

  it('show what group calls and PUT said, and who is in them', () =>
    inHome(async (local) => {
      const context = { groupType: 'Household' };
      await local.post('/v1/group', { userId: 'ana', groupId: 'h1', traits: { pets: 2, groupType: 'x y' }, context });
      await local.post('/v1/group', { userId: 'ana', groupId: 'acme', traits: { plan: 'basic', seats: 5 } });
      await local.post('/v1/group', { userId: 'ben', groupId: 'acme' });
      const ana = await local.profile('ana');
      expect(ana['groups']).toEqual([
        { type: 'company', groupId: 'acme' },
        { type: 'household', groupId: 'h1' },
      ]);
      expect(ana['traits']).toEqual({});
      expect((await local.api('GET', '/api/groups/household/h1')).body).toEqual({
        ...{ type: 'household', groupId: 'h1', version: 1, traits: { pets: 2 } },
      });
      const body = { traits: { plan: 'enterprise', seats: null } };
      const put = await local.api('PUT', '/api/groups/company/acme', body);
      expect(put.body).toEqual({ type: 'company', groupId: 'acme', version: 2, traits: { plan: 'enterprise' } });
      const first = (await local.api('GET', '/api/groups/company/acme/members?limit=1')).body;
      const second = (await local.api('GET', `/api/groups/company/acme/members?limit=1&cursor=${first.next}`)).body;
      const ids = [...first.items!, ...second.items!].map((item) => item['profileId']);
      expect(second.next).toBeUndefined();
      expect(groupLines(put.body, first)).toEqual([
        'company acme',
        'Traits',
        '  plan = enterprise',
        'Members',
        expect.stringMatching(/^ {2}\S+ {2}heard of \S+Z$/),
        '  … and more',
      ]);
      expect(ids.toSorted()).toEqual([ana['profileId'], (await local.profile('ben'))['profileId']].toSorted());
    }));

  it('are asked for by segments, of all members and at once, which explain themselves', async () => {
    const workflows = aFolder();
    cpSync(testWorkflows, workflows, { recursive: true });
    const segment = {
      id: 'large',
      name: 'Of a large company',
      when: { all: [{ trait: 'groups.company.plan', is: 'large' }, { did: 'Signed Up' }] },
    };
    mkdirSync(join(workflows, 'segments'), { recursive: true });
    writeFileSync(join(workflows, 'segments', 'large.segment.json'), JSON.stringify(segment));
    const local = await LocalHome.open({ workflows });
    try {
      for (const userId of ['ana', 'ben']) {
        await local.track(userId, 'Signed Up', {});
        await local.post('/v1/group', { userId, groupId: 'acme' });
      }
      await local.settle();
      expect(await local.items('/api/segments/large/members')).toEqual([]);
      await local.api('PUT', '/api/groups/company/acme', { traits: { plan: 'large' } });
      await local.settle();
      expect(await local.items('/api/segments/large/members')).toHaveLength(2);
      const { profileId } = await local.profile('ana');
      const explained = await local.api('GET', `/api/profiles/${String(profileId)}/segments/large`);
      expect(JSON.stringify(explained.body)).toContain('plan of their company');
      await local.post('/v1/group', { userId: 'ana', groupId: 'other' });
      await local.settle();
      expect(await local.items('/api/segments/large/members')).toHaveLength(1);
    } finally {
      await local.close();
      rmSync(workflows, { recursive: true });
    }
  });

  it('are known by members alone, and lose whoever is erased', () =>
    inHome(async (local) => {
      await local.post('/v1/group', { userId: 'ana', groupId: 'acme' });
      const { profileId } = await local.profile('ana');
      expect((await local.api('GET', '/api/groups/company/acme')).body).toMatchObject({ version: 0, traits: {} });
      await local.api('POST', `/api/profiles/${String(profileId)}/erase`, {});
      expect(refusal(await local.api('GET', '/api/groups/company/acme'))).toEqual([404, 'group_unknown', 'groupId']);
    }));

  it('take no traits from whoever holds a public key, and all the same know the member', () =>
    inHome(async (local) => {
      const body = { userId: 'eve', groupId: 'acme', traits: { plan: 'enterprise' } };
      const headers = { authorization: basic(publicKey) };
      expect((await local.call({ method: 'POST', path: '/v1/group', body, headers })).status).toBe(200);
      expect((await local.api('GET', '/api/groups/company/acme')).body).toMatchObject({ version: 0, traits: {} });
    }));

  it.each([
    [
      'a type that is none',
      { groupId: 'g', context: { groupType: 'two words' } },
      'group_type_invalid',
      'context.groupType',
    ],
    [
      'a type in traits that is none',
      { groupId: 'g', traits: { groupType: 7 } },
      'group_type_invalid',
      'traits.groupType',
    ],
    ['a long trait', { groupId: 'g', traits: { note: 'x'.repeat(1_000) } }, 'group_traits_invalid', 'traits.note'],
    [
      'too many traits',
      { groupId: 'g', traits: Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`t${index}`, 1])) },
      'group_traits_invalid',
      'traits',
    ],
  ])('refuse %s', (_, call, code, path) =>
    inHome(async (local) => {
      expect(refusal(await local.post('/v1/group', { userId: 'u1', ...call }))).toEqual([422, code, path]);
    }),
  );

  it.each([
    ['/api/groups/company/nobody', undefined, 404, 'group_unknown', 'groupId'],
    ['/api/groups/company/nobody/members', undefined, 404, 'group_unknown', 'groupId'],
    ['/api/groups/7/nobody', undefined, 422, 'group_type_invalid', 'type'],
    ['/api/groups/company/acme', {}, 422, 'traits_missing', 'traits'],
    ['/api/groups/company/acme', { traits: { a: 'x'.repeat(1_000) } }, 422, 'group_traits_invalid', 'traits.a'],
    ['/api/groups/company/acme', { trait: {} }, 422, 'key_unknown', 'trait'],
  ])('answer %s by a problem: %#', (path, body, status, code, where) =>
    inHome(async (local) => {
      const answer = await local.api(body === undefined ? 'GET' : 'PUT', path, body);
      expect(refusal(answer)).toEqual([status, code, where]);
      if (code !== 'key_unknown') expect(answer.body.error?.suggestion).toBeDefined();
    }),
  );
});
