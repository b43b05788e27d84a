import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPublication } from '../../cli/publication.ts';
import { Deployment } from './deployment/deployment.ts';
import { dayMs, HarbourPeople, secret, startMs, writeHarbour, type HarbourDocuments } from './deployment/harbour.ts';
import { notAllowed } from './deployment/permissions.ts';
import { synthesize } from './deployment/synthesize.ts';
import { startedDoubles } from './doubles/clients.ts';

const journey = { stage: 'retention', kind: 'lifecycle', steps: [{ id: 'mail', send: { email: 'hello' } }] };
const joined = { ...journey, id: 'joined', name: 'Joined', entry: { on: { event: 'Joined' }, again: 'always' } };
/** Published when there are people already. */
const thanks = {
  ...journey,
  id: 'thanks',
  name: 'Thanks',
  entry: { on: { segment: 'buyers', edge: 'enter' }, again: 'never' },
};
const quiet = {
  ...thanks,
  id: 'quiet',
  name: 'Quiet',
  entry: { on: { segment: 'quiet-buyers', edge: 'enter' }, again: 'never' },
};
const birthday = {
  ...journey,
  id: 'birthday',
  name: 'Birthday',
  entry: { on: { date: { trait: 'born' }, repeats: 'yearly', at: '10:00' } },
};
const buyers = { id: 'buyers', name: 'Buyers', backfill: 'enter', when: { did: 'Bought' } };
const quietBuyers = { id: 'quiet-buyers', name: 'Buyers, quietly', when: { did: 'Bought' } };
const orders = { id: 'orders', name: 'Orders', count: 'Bought' };
const byOrders = { id: 'by-orders', name: 'By orders', rank: 'orders', into: 2 };
const best = { id: 'best', name: 'The better half', backfill: 'enter', when: { trait: 'by-orders', atLeast: 2 } };
const folderOf = (name: string, documents: Omit<HarbourDocuments, 'mails'>): string =>
  writeHarbour(`.cache/filling/${name}`, { ...documents, mails: ['hello'] });

let deployed: Deployment;
let people: HarbourPeople;
beforeAll(async () => {
  const workflows = folderOf('first', { journeys: [joined] });
  const out = await synthesize('.cache/cdk.filling', { workflows });
  deployed = await Deployment.open({ out, doubles: startedDoubles(), startMs, secret });
  people = new HarbourPeople(deployed);
}, 120_000);
afterAll(() => deployed?.close());

describe('a segment and a date journey that are published when there are people', () => {
  it('are of those people too, by their history and their traits, within two minutes', async () => {
    await people.does('ana', 'Bought');
    await people.does('bo', 'Looked');
    const born = { messageId: 'cy-born', userId: 'cy', traits: { born: '1990-03-04', email: 'cy@example.com' } };
    await deployed.post('/v1/identify', born, 'server');
    await deployed.settle();
    const documents = { journeys: [joined, thanks, quiet, birthday], segments: [buyers, quietBuyers] };
    const { files, templates } = (await readPublication(folderOf('second', documents), () => undefined))!;
    expect((await deployed.publisher('POST', '/api/publications', { files, templates })).status).toBe(200);
    for (const _minute of [1, 2]) {
      await deployed.windTo(deployed.nowMs + 60_000);
      expect(await deployed.strike('begin-rounds')).toBe(true);
    }
    const members = async (id: string) => (await people.items(`/api/segments/${id}/members`)).length;
    expect(await Promise.all([members('buyers'), members('quiet-buyers')])).toEqual([1, 1]);
    await deployed.windTo(startMs + 3 * dayMs);
    expect(await people.wayOf('ana')).toBe('completed, hello');
    expect((await people.of('ana', 'enrollments')).map(({ journeyId }) => journeyId)).toEqual(['thanks']);
    expect(await people.wayOf('bo')).toBe('');
    expect((await people.of('cy', 'enrollments')).map(({ journeyId }) => journeyId)).toEqual(['birthday']);
    expect(deployed.failures).toEqual([]);
  });

  it('leave nothing to do: the next minute begins nothing', async () => {
    const began = () =>
      deployed.wire.calls.filter(({ caller, operation }) => caller === 'begin-rounds' && operation === 'StartExecution')
        .length;
    const before = began();
    await deployed.strike('begin-rounds');
    expect([before, began()]).toEqual([1, 1]);
  });

  it('and a rank: people are counted once it is published, and every night', async () => {
    const traits = [orders, byOrders];
    const segments = [buyers, quietBuyers, best];
    const documents = { journeys: [joined, thanks, quiet, birthday], segments, traits };
    const { files, templates } = (await readPublication(folderOf('third', documents), () => undefined))!;
    expect((await deployed.publisher('POST', '/api/publications', { files, templates })).status).toBe(200);
    const minutes = async (count: number): Promise<void> => {
      for (let minute = 0; minute < count; minute++) {
        await deployed.windTo(deployed.nowMs + 60_000);
        expect(await deployed.strike('begin-rounds')).toBe(true);
      }
    };
    const table = async () => (await deployed.api('GET', '/api/traits/by-orders/table')).body;
    const members = async () => (await people.items('/api/segments/best/members')).length;
    await minutes(8);
    // Ana has bought once, Bo and Cy never.
    expect([await table(), await members()]).toMatchObject([{ people: 3, bounds: [0] }, 1]);
    await people.does('bo', 'Bought');
    await people.does('dee', 'Bought');
    await people.does('eve', 'Bought');
    expect(await members()).toBe(4);
    await deployed.windTo((Math.floor(deployed.nowMs / dayMs) + 1) * dayMs + 4 * 3_600_000);
    await minutes(8);
    expect([await table(), await members()]).toMatchObject([{ people: 5, bounds: [1] }, 0]);
    expect(deployed.failures).toEqual([]);
  });

  it('ask of AWS nothing that its roles do not allow', () => {
    expect(notAllowed(deployed)).toEqual([]);
    const scans = deployed.wire.calls.filter(({ operation }) => operation === 'Scan').map(({ caller }) => caller);
    expect(new Set(scans)).toEqual(new Set(['fill-profiles']));
  });
});
