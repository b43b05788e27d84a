import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Journey } from '../../core/journey/document.ts';
import { sojourn } from '../cli/run.ts';
import { aFolder, LocalHome, testWorkflows } from './home.ts';

const journey: Journey = {
  id: 'tempt',
  name: 'Tempt',
  stage: 'decision',
  kind: 'lifecycle',
  entry: { on: { event: 'Cart Filled' }, again: 'always' },
  goal: { on: { event: 'Order Completed' }, within: 'P5D' },
  steps: [
    {
      id: 'which',
      experiment: 'tempting',
      variants: [
        { id: 'plain', percent: 30, steps: [{ id: 'plain-mail', send: { email: 'hello' } }] },
        { id: 'gift', percent: 30, steps: [{ id: 'gift-mail', send: { email: 'hello' } }] },
        { id: 'pushy', percent: 30, steps: [{ id: 'pushy-mail', send: { email: 'hello' } }] },
        { id: 'control', percent: 10, steps: [] },
      ],
      winner: { by: 'goal', after: 'P3D', least: 3 },
    },
  ],
};

interface Variant {
  readonly id: string;
  readonly percentNow: number;
  readonly exposed: number;
  readonly goals: number;
  readonly unsubscribes: number;
  readonly probabilityBest: number;
  readonly stopped?: { readonly at: string; readonly because: string };
}
interface Told {
  readonly winner?: { readonly variant: string; readonly at: string };
  readonly verdict?: string;
  readonly variants: readonly Variant[];
}

let local: LocalHome;
const workflows = join(aFolder(), 'workflows');
beforeAll(async () => {
  cpSync(testWorkflows, workflows, { recursive: true });
  writeFileSync(join(workflows, 'journeys', 'tempt.journey.json'), JSON.stringify(journey));
  local = await LocalHome.open({ workflows });
});
afterAll(async () => {
  await local.close();
  rmSync(join(workflows, '..'), { recursive: true });
});

const context = { consent: { email: { marketing: 'granted' } } };
/** Comes, meets a variant, and does what people do who met it. */
async function come(userId: string): Promise<string> {
  await local.identify(userId, { email: `${userId}@story.example` }, { context });
  await local.track(userId, 'Cart Filled');
  await local.settle();
  const { profileId, experiments } = await local.profile(userId);
  const variant = (experiments as { readonly tempting: string }).tempting;
  if (variant === 'gift') await local.track(userId, 'Order Completed');
  if (variant === 'pushy') await unsubscribe(profileId);
  return variant;
}
/** By the link that stands in the message itself. */
async function unsubscribe(profileId: string): Promise<void> {
  const [delivery] = await local.items(`/api/profiles/${profileId}/deliveries`);
  const { message } = (await local.api('GET', `/api/deliveries/${String(delivery?.['deliveryId'])}`)).body as {
    readonly message: { readonly headers: { readonly [name: string]: string } };
  };
  const link = message.headers['List-Unsubscribe']!.slice(1, -1);
  expect((await fetch(link, { method: 'POST', body: 'List-Unsubscribe=One-Click' })).status).toBe(200);
}
const people = async (name: string, many: number): Promise<readonly string[]> => {
  const variants: string[] = [];
  for (let index = 0; index < many; index++) variants.push(await come(`${name}-${index}`));
  return variants;
};
const told = async (): Promise<Told> => {
  const { experiments } = (await local.api('GET', '/api/journeys/tempt')).body as { readonly experiments: Told[] };
  return experiments[0]!;
};
const variantOf = ({ variants }: Told, id: string): Variant => variants.find((one) => one.id === id)!;

describe('an experiment lives through its time', () => {
  it('stops a variant that people flee from within the hour, finds its winner, and says so', async () => {
    expect(await told()).toMatchObject({ verdict: 'too-early', variants: [{ id: 'plain', exposed: 0 }, {}, {}, {}] });
    const first = await people('first', 200);
    await local.wind('PT1H');
    const early = await told();
    expect(early).toMatchObject({ verdict: 'too-early' });
    expect(variantOf(early, 'pushy')).toMatchObject({
      percentNow: 0,
      exposed: first.filter((one) => one === 'pushy').length,
      unsubscribes: first.filter((one) => one === 'pushy').length,
      stopped: { at: '2026-03-02T11:00:00.000Z', because: expect.stringContaining('people unsubscribed') },
    });
    expect(variantOf(early, 'plain')).toMatchObject({ percentNow: 45, unsubscribes: 0 });
    expect(variantOf(early, 'control').percentNow).toBe(10);

    await local.wind('P3D');
    const late = await told();
    expect(late.winner).toMatchObject({ variant: 'gift', at: '2026-03-05T10:00:00.000Z' });
    expect(variantOf(late, 'gift')).toMatchObject({
      percentNow: 90,
      goals: first.filter((one) => one === 'gift').length,
    });
    expect(variantOf(late, 'gift').probabilityBest).toBeGreaterThan(0.99);
    const second = await people('second', 60);
    expect(second.every((one) => one === 'gift' || one === 'control')).toBe(true);
    expect(variantOf(late, 'control').percentNow).toBe(10);
    expect(local.problems).toEqual([]);
  });

  it('is told by `sojourn journey`', async () => {
    const { stdout } = await sojourn(['journey', 'tempt', '--data', local.data, '--workflows', workflows]).ran;
    const lines = stdout.slice(stdout.indexOf('Experiments\n')).split('\n');
    expect(lines[1]).toMatch(/^ {2}tempting, by goal: "gift" has won since 2026-03-05T10:00:00Z: "gift" \d+ of \d+/);
    expect(lines[2]).toMatch(/^ {4}plain +0 % · \d+ people · goal 0 · .* · best with 0\.0 %$/);
    expect(lines[4]).toMatch(/^ {4}pushy +0 % · .* · STOPPED 2026-03-02T11:00:00Z: (\d+) of \1 people unsubscribed/);
  });
});
