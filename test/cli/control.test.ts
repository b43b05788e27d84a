import { afterAll, beforeAll, expect, it } from 'vitest';
import { LocalHome, testWorkflows } from '../local/home.ts';
import { sojourn, type Ran } from './run.ts';

let local: LocalHome;
const run = (...words: readonly string[]): Promise<Ran> =>
  sojourn([...words, '--data', local.data, '--workflows', testWorkflows]).ran;
beforeAll(async () => {
  local = await LocalHome.open();
  for (const person of ['ana', 'ben']) await local.track(person, 'Signed Up');
  await local.settle();
});
afterAll(() => local.close());

it('pauses a journey, keeps who did it and why, and lets it go on', async () => {
  const { code, stdout } = await run('pause', 'greet', '--why', 'A wrong price');
  expect([code, stdout]).toEqual([0, 'The journey "greet" is paused. From now on nothing is handed over.\n']);
  const [stop] = await local.items('/api/stops');
  expect(stop).toMatchObject({ subject: 'journey/greet', kind: 'paused', reason: 'A wrong price' });
  expect(stop!['by']).toEqual(expect.any(String));
  expect((await local.api('GET', '/api/journeys/greet')).body['state']).toBe('paused');
  expect((await run('resume', 'greet')).stdout).toContain('goes on');
  expect(await local.items('/api/stops')).toEqual([]);
});

it('pauses a channel, and everything', async () => {
  expect((await run('pause', '--channel', 'email')).stdout).toContain('The channel "email" is paused.');
  expect((await run('pause', '--all')).stdout).toContain('Everything is paused.');
  expect((await local.items('/api/stops')).map((one) => one['subject'])).toEqual(['channel/email', 'workspace']);
  await run('resume', '--channel', 'email');
  await run('resume', '--all');
  expect(await local.items('/api/stops')).toEqual([]);
});

it('stops a journey, and says how many were ended', async () => {
  const { code, stdout } = await run('stop', 'greet');
  expect([code, stdout]).toEqual([
    0,
    'The journey "greet" is stopped: 2 people ended. Nobody enters it until it is resumed.\n',
  ]);
  const inside = await local.items('/api/journeys/greet/enrollments');
  expect(inside.map((one) => [one['status'], one['reason']])).toEqual(Array(2).fill(['exited', 'stopped']));
});

it('guesses the journey that was meant, and asks what is meant', async () => {
  expect((await run('pause', 'gret')).stderr).toBe('sojourn: There is no journey "gret". Did you mean "greet"?\n');
  const sentence = 'sojourn: Say what is meant: the id of a journey, --channel <channel> or --all.\n';
  for (const words of [['pause'], ['pause', 'greet', '--all'], ['resume', '--channel', 'email', '--all']]) {
    const { code, stderr } = await run(...words);
    expect([words, code, stderr]).toEqual([words, 2, sentence]);
  }
});

it('refuses a channel that there is none of, and a reason that is no text', async () => {
  const refusal = async (path: string, body: object) => (await local.api('POST', path, body)).body.error?.code;
  expect(await refusal('/api/channels/fax/pause', {})).toBe('channel_unknown');
  expect(await refusal('/api/journeys/greet/pause', { reason: 7 })).toBe('reason_invalid');
  expect(await refusal('/api/journeys/greet/pause', { by: 'x'.repeat(501) })).toBe('by_invalid');
  expect((await local.api('POST', '/api/workspace/stop')).status).toBe(404);
});
