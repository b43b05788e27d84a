import { afterAll, beforeAll, expect, it } from 'vitest';
import { Deployment } from './deployment/deployment.ts';

const startMs = Date.parse('2026-03-02T10:00:00Z');
const secret = { signingKey: 'ab'.repeat(32), serverKeys: ['server'], publicKeys: ['public'] };
const hourMs = 3_600_000;

let deployed: Deployment;
beforeAll(async () => {
  deployed = await Deployment.open({ out: 'cdk.out', startMs, secret });
});
afterAll(() => deployed?.close());

it('makes an email of an event, and ends the journey of whoever converts', async () => {
  const consent = { email: { marketing: 'granted' }, source: 'sign-up' };
  const identify = { userId: 'ana', traits: { email: 'ana@example.com', firstName: 'Ana' }, context: { consent } };
  expect(await deployed.post('/v1/identify', { ...identify, messageId: 'm1' }, 'server')).toMatchObject({
    status: 200,
  });
  const track = { userId: 'ana', event: 'Signed Up', properties: {}, messageId: 'm2' };
  expect(await deployed.post('/v1/track', track, 'server')).toMatchObject({ status: 200 });
  await deployed.windTo(startMs + 2 * hourMs);
  expect(deployed.failures).toEqual([]);
  const { body } = await deployed.api('GET', '/api/profiles?userId=ana');
  console.log(JSON.stringify(body, null, 1));
  console.log(JSON.stringify((await deployed.api('GET', '/api/deliveries')).body, null, 1));
  console.log([...deployed.calls]);
});
