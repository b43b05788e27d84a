import { afterAll, beforeAll, expect, it } from 'vitest';
import { BothHomes } from './deployment/both-homes.ts';
import { startMs, writeHarbour } from './deployment/harbour.ts';
import { synthesize } from './deployment/synthesize.ts';
import { startedDoubles } from './doubles/clients.ts';

const trial = {
  id: 'trial',
  name: 'Trial',
  stage: 'comparison',
  kind: 'lifecycle',
  entry: { on: { event: 'Trial Started' }, again: 'always' },
  steps: [{ id: 'rest', wait: 'P2D' }],
};
let homes: BothHomes;
beforeAll(async () => {
  const workflows = writeHarbour('.cache/versions', { journeys: [trial], mails: [] });
  const out = await synthesize('.cache/cdk.versions', { workflows });
  homes = await BothHomes.open({ out, workflows, doubles: startedDoubles(), startMs, seed: 'versions' });
}, 120_000);
afterAll(() => homes?.close());

it('tells of a journey’s versions the same in both homes, and of who is inside', async () => {
  const [home, aws] = [homes.atHome, homes.onAws];
  for (const one of [home, aws]) {
    await one.post('/v1/track', { messageId: 'began', userId: 'ana', event: 'Trial Started' }, true);
    await one.windTo(startMs + 60_000);
  }
  const path = '/api/journeys/trial/versions';
  const told = await home.read(path);
  expect(told).toMatchObject({ items: [{ number: 1, isCurrent: true, inside: 1 }], history: [{ by: 'start' }] });
  const toldOnAws = JSON.stringify(await aws.read(path)).replace('"by":"deployment"', '"by":"start"');
  expect(JSON.parse(toldOnAws)).toEqual(told);
  expect(homes.failures).toEqual([]);
});
