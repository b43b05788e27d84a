import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Journey, Step } from '../../core/journey/document.ts';
import type { Problem } from '../../core/problem.ts';
import { readWorkflows } from '../../functions/parts/read-workflows.ts';
import { aJourney } from '../builders.ts';
import { type Answer, type LocalHome, OwnHome } from './home.ts';

const hello: Step = { id: 'hello', send: { email: 'hello' } };
const rest: Step = { id: 'rest', wait: 'P1D' };
const last: Step = { id: 'last', wait: 'PT1H' };

let own: OwnHome;
let home: LocalHome;
const begins = async (): Promise<void> => {
  await own.begin();
  ({ home } = own);
};
beforeEach(async () => {
  own = new OwnHome();
  writes({ steps: [hello, rest] });
  await begins();
});
afterEach(() => own.end());

const path = (): string => join(own.workflows, 'journeys/cart.journey.json');
const writes = (over: Partial<Journey> & Pick<Journey, 'steps'>): void =>
  writeFileSync(path(), JSON.stringify(aJourney(over)));
const publishes = (more: object = {}): Promise<Answer> => own.publish(more);
const plans = async (more: object = {}): Promise<Answer['body']> =>
  (await home.api('POST', '/api/plans', { files: readWorkflows(own.workflows), ...more })).body;
const errorsOf = ({ body }: Answer): readonly string[] =>
  (body['problems'] as readonly Problem[]).filter(({ severity }) => severity === 'error').map(({ code }) => code);
const planOf = ({ plan }: Answer['body']): unknown =>
  (plan as { journeys: { journeyId: string }[] }).journeys.find(({ journeyId }) => journeyId === 'cart');
const versions = async (): Promise<Answer['body']> => (await home.api('GET', '/api/journeys/cart/versions')).body;
async function enters(userId: string): Promise<void> {
  await home.identify(userId, { email: `${userId}@b.lv` });
  await home.track(userId, 'Cart Filled');
  await home.settle();
}
const insideOf = async (status = 'active'): Promise<readonly unknown[]> => {
  const items = await home.items(`/api/journeys/cart/enrollments?status=${status}`);
  return items.map(({ version }) => version);
};

describe('publishing into a running home', () => {
  it('plans first: what changes in words, and who is inside at which step', async () => {
    await enters('ana');
    writes({ steps: [hello, last] });
    expect(planOf(await plans())).toMatchObject({
      status: 'changed',
      from: 1,
      to: 2,
      changes: ['Step "rest" is gone. It was: Wait 1 day.', 'Step "last" is new: Wait 1 hour.'],
      inside: [{ stepId: 'rest', people: 1, number: 1, stays: 'step-removed' }],
    });
    expect(await insideOf()).toHaveLength(1);
  });

  it('lets those inside finish on theirs, and those who come from now on enter the new one', async () => {
    await enters('ana');
    const [before] = await insideOf();
    writes({ steps: [hello, last] });
    expect((await publishes({ reason: 'shorter' })).status).toBe(200);
    await enters('bo');
    expect(new Set(await insideOf()).size).toBe(2);
    expect((await versions())['items']).toMatchObject([
      { number: 2, isCurrent: true, inside: 1 },
      { number: 1, isCurrent: false, inside: 1, version: before },
    ]);
    expect((await versions())['history']).toMatchObject([
      { number: 2, action: 'published', by: 'ana', reason: 'shorter' },
      { number: 1, action: 'published', by: 'start' },
    ]);
    await home.wind('P2D');
    expect(await insideOf('completed')).toHaveLength(2);
    expect(home.problems).toEqual([]);
  });

  it('renders new templates at once, and lets new events in', async () => {
    writeFileSync(join(own.workflows, 'templates/hello/email.mjml'), changedMail);
    writes({ steps: [hello], entry: { on: { event: 'Basket Filled' }, again: 'always' } });
    expect((await publishes()).status).toBe(200);
    await home.identify('ana', { email: 'ana@b.lv' });
    await home.track('ana', 'Basket Filled');
    await home.settle();
    const [delivery] = await home.items('/api/deliveries?journeyId=cart');
    const { body } = await home.api('GET', `/api/deliveries/${String(delivery?.['deliveryId'])}`);
    expect(body['message'] ?? body['reason']).toMatchObject({ subject: 'Changed' });
  });

  it('refuses documents with errors, and those of templates, with all of them', async () => {
    writes({ steps: [{ id: 'hello', send: { email: 'nowhere' } }] });
    const refused = await publishes();
    expect(refused).toMatchObject({ status: 422, body: { error: { code: 'documents_invalid' } } });
    expect(errorsOf(refused)).toEqual(['unknown-template']);
    writes({ steps: [hello] });
    writeFileSync(join(own.workflows, 'templates/hello/email.mjml'), changedMail.replace('Hello', '{% if profile %}'));
    expect(errorsOf(await publishes())).toEqual(['template-invalid']);
    expect((await versions())['items']).toHaveLength(1);
  });

  it('gives the same content its old number again', async () => {
    writes({ steps: [hello, last] });
    await publishes();
    writes({ steps: [hello, rest] });
    await publishes();
    expect((await versions())['items']).toMatchObject([{ number: 2 }, { number: 1, isCurrent: true }]);
  });

  it('moves those inside on request, a batch after the other', async () => {
    for (const who of ['ana', 'bo', 'cy']) await enters(who);
    writes({ steps: [rest, last] });
    await publishes();
    expect((await home.api('POST', '/api/journeys/cart/migrations', {})).body).toEqual({ moved: 3, stayed: [] });
    await home.wind('P1D');
    expect((await home.items('/api/journeys/cart/enrollments')).map(({ stepId }) => stepId)).toEqual(
      Array.from({ length: 3 }, () => 'last'),
    );
  });

  it('drains: those inside finish, and nobody comes in until the journey is named', async () => {
    await enters('ana');
    writes({ steps: [hello, last] });
    await publishes({ drain: true });
    await begins();
    await enters('bo');
    await home.wind('P2D');
    expect(await insideOf('completed')).toHaveLength(1);
    await publishes({ reopen: ['cart'] });
    await enters('cy');
    expect(await insideOf()).toHaveLength(1);
  });
});

describe('a journey that is published no more', () => {
  it('can be paused, resumed and stopped as long as somebody is inside', async () => {
    await enters('ana');
    rmSync(path());
    await publishes();
    expect(await insideOf()).toHaveLength(1);
    expect((await home.api('GET', '/api/journeys/cart')).body).toMatchObject({
      id: 'cart',
      counts: { byStatus: { active: 1 } },
    });
    const [inside] = (await home.items('/api/journeys/cart/enrollments')) as readonly { profileId: string }[];
    const why = (await home.api('GET', `/api/profiles/${inside!.profileId}/journeys/cart`)).body['entry'];
    expect(why).toContainEqual(expect.objectContaining({ asks: 'the journey is published', isMet: false }));
    for (const verb of ['pause', 'resume'])
      expect(await home.api('POST', `/api/journeys/cart/${verb}`)).toMatchObject({ status: 200 });
    expect((await home.api('POST', '/api/journeys/cart/stop')).body).toMatchObject({ ended: 1 });
    expect(await insideOf()).toHaveLength(0);
    expect((await home.api('POST', '/api/journeys/carts/pause')).body.error).toMatchObject({ code: 'journey_unknown' });
  });
});

describe('rolling back', () => {
  const rollsBack = (more: object = {}): Promise<Answer> =>
    home.api('POST', '/api/journeys/cart/rollback', { by: 'ana', ...more });

  it('makes an earlier version current, and keeps everything else as it is published', async () => {
    writes({ steps: [hello, last] });
    await publishes();
    expect((await rollsBack()).status).toBe(200);
    expect((await versions())['history']).toMatchObject([{ number: 1, action: 'rolled-back' }, {}, {}]);
    await enters('ana');
    expect((await versions())['items']).toMatchObject([
      { number: 2, inside: 0 },
      { number: 1, inside: 1 },
    ]);
  });

  it('outlives a restart and a publication, until the document says something else', async () => {
    writes({ steps: [hello, last] });
    await publishes();
    await rollsBack();
    await begins();
    await publishes();
    expect((await versions())['items']).toMatchObject([{ number: 2 }, { number: 1, isCurrent: true }]);
    writes({ steps: [hello] });
    await begins();
    expect((await versions())['items']).toMatchObject([{ number: 3, isCurrent: true }, {}, {}]);
  });

  it('is refused where there is no such version, or where its documents are gone', async () => {
    expect((await rollsBack()).body.error).toMatchObject({ code: 'version_unknown' });
    expect((await rollsBack({ number: 7 })).body.error?.message).toBe('Journey "cart" has no version 7; there are 1.');
    writes({ steps: [last] });
    rmSync(join(own.workflows, 'templates/hello'), { recursive: true });
    for (const other of ['basket', 'greet', 'quiet']) rmSync(join(own.workflows, `journeys/${other}.journey.json`));
    expect((await publishes()).status).toBe(200);
    expect(errorsOf(await rollsBack())).toEqual(['unknown-template']);
    expect((await versions())['items']).toMatchObject([{ number: 2, isCurrent: true }, { number: 1 }]);
  });
});

const changedMail = `---
subject: Changed
---
<mjml><mj-body><mj-section><mj-column><mj-text>Hello</mj-text><mj-text><a href="{{ links.unsubscribe }}">Stop</a></mj-text></mj-column></mj-section></mj-body></mjml>
`;
