import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalHome, testWorkflows } from '../local/home.ts';
import { sojourn, type Ran } from './run.ts';

let local: LocalHome;
const unmerge = (...words: readonly string[]): Promise<Ran> =>
  sojourn(['unmerge', ...words, '--data', local.data, '--workflows', testWorkflows]).ran;
beforeAll(async () => {
  local = await LocalHome.open();
});
afterAll(() => local.close());

describe('sojourn unmerge', () => {
  it('makes two people of one again, says what keeps them apart, and refuses whom it does not know', async () => {
    const track = (body: object) => local.post('/v1/track', { event: 'Viewed', properties: {}, ...body });
    await track({ anonymousId: 'a1' });
    const anonymous = await idOf('anonymousId=a1');
    await track({ userId: 'ana' });
    await local.post('/v1/identify', { userId: 'ana', anonymousId: 'a1', traits: {} });
    await local.settle();
    const profileId = await idOf('userId=ana');
    const { body } = await local.api('GET', `/api/profiles/${profileId}/merges`);
    const [{ mergedId }] = body.items as unknown as readonly [{ mergedId: string }];
    expect(await idOf('anonymousId=a1')).toBe(profileId);
    expect((await unmerge('userId:ana', 'nobody')).code).toBe(2);
    const { code, stdout, stderr } = await unmerge('userId:ana', mergedId);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      `${mergedId} is no part of ${profileId} any more. No event makes them one again; an alias under the server key does.\n`,
    );
    expect(await idOf('anonymousId=a1')).toBe(anonymous);
    expect(await idOf('userId=ana')).not.toBe(anonymous);
    // The same again is the same answer.
    expect((await unmerge('userId:ana', mergedId)).stdout).toBe(stdout);
  });
});

async function idOf(query: string): Promise<string> {
  const { body } = await local.api('GET', `/api/profiles?${query}`);
  return String((body.items as unknown as readonly [{ profileId: string }])[0].profileId);
}
