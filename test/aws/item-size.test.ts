import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { itemSize } from '../../bench/aws-cost/item-size.ts';
import { DynamoProfileStore } from '../../functions/aws/profile-store.ts';
import type { Item } from '../../functions/aws/table/profile-rows.ts';
import { aJourney, anIdentify, aSegment, aTrack, aWorkspace, hourMs, startMs, TestHome } from '../builders.ts';
import { aTable } from './a-table.ts';

const names = ['Product Viewed', 'App Opened', 'Searched', 'Article Read', 'Order Paid'] as const;
/** Twenty segments of the usual kinds, no two of which share a state. */
const segments = names.flatMap((did, index) => [
  aSegment(`often-${index}`, { did, atLeast: 3, within: 'P30D' }),
  aSegment(`silent-${index}`, { didNot: did, where: { price: { above: 10 } }, within: 'P60D' }),
  aSegment(`dear-${index}`, { did, where: { price: { above: 100 } }, within: 'P14D' }),
  aSegment(`worth-${index}`, { did, sum: 'price', atLeast: 500 }),
]);

/** Somebody in all of this: a month of visits, two journeys, three messages that count against caps. */
async function aTypicalProfile() {
  const home = new TestHome({
    workspace: aWorkspace({
      conversion: [{ event: 'Subscribed' }],
      frequencyCaps: [{ channels: ['email'], atMost: 10, within: 'P7D', purpose: 'marketing' }],
    }),
    segments,
    journeys: ['welcome', 'cart'].map((id) =>
      aJourney({
        id,
        entry: { on: { event: id === 'cart' ? 'Cart Filled' : 'Signed Up' }, again: 'always' },
        goal: { on: { event: 'Order Paid' }, within: 'P30D' },
        steps: [
          { id: 'hello', send: { email: 'hello' } },
          ...(id === 'cart' ? [{ id: 'more', send: { email: 'more' } } as const] : []),
          { id: 'wait', wait: 'P20D' },
        ],
      }),
    ),
  });
  const email = 'ana.berzina@example.com';
  const consent = { email: { marketing: 'granted' }, source: 'form' };
  const named = { email, plan: 'gold', firstName: 'Ana', lastName: 'Berzina', city: 'Riga', phone: '+37126123456' };
  await home.accept(
    anIdentify(named, { anonymousId: 'b7d1a6f2-6c1e-4a51-9a5e-0c1f4e1b2a11', userId: 'u1', context: { consent } }),
  );
  for (let hour = 0; hour < 24 * 25; hour += 40) {
    await home.windTo(startMs + hour * hourMs);
    const happened = names.slice(0, hour % 200 === 0 ? 5 : 4);
    for (const [index, name] of happened.entries())
      await home.accept(
        aTrack(name, { price: 20 + hour / 2 }, { userId: 'u1', occurredMs: home.clock.nowMs() + index }),
      );
  }
  await home.accept(aTrack('Signed Up', {}, { userId: 'u1', occurredMs: home.clock.nowMs() }));
  await home.accept(aTrack('Cart Filled', {}, { userId: 'u1', occurredMs: home.clock.nowMs() + 1 }));
  const profile = await home.profile();
  home.close();
  return profile;
}

describe('the row that every commit writes', () => {
  it('is below 1 KB for somebody in twenty segments’ rules, two journeys and three cap slots', async () => {
    const profile = await aTypicalProfile();
    expect(segments).toHaveLength(20);
    expect(profile.enrollments.filter((one) => one.isActive)).toHaveLength(2);
    expect(profile.slots).toHaveLength(3);
    expect(Object.keys(profile.conditions).length).toBeGreaterThanOrEqual(20);
    expect(Object.keys(profile.segments).length).toBeGreaterThanOrEqual(8);
    const table = await aTable();
    const store = new DynamoProfileStore(table.client, table.name, { nowMs: () => startMs });
    await store.commit({ attemptId: 'a1', profiles: [{ expectedVersion: 0, profile }] });
    const [hot, cold] = (await table.images()) as readonly Item[];
    const sizes = { hot: itemSize(hot!), cold: itemSize(cold!), json: JSON.stringify(profile).length };
    console.log(`a typical profile: ${JSON.stringify(sizes)} bytes`);
    expect(sizes.hot).toBeLessThanOrEqual(1_024);
    // The first row lists new memberships for the relay; the next commits carry none of them.
    await store.commit({
      attemptId: 'a2',
      profiles: [{ expectedVersion: 1, profile: { ...profile, dueMs: startMs } }],
    });
    const next = (await table.images()).at(-1) as Item;
    console.log(`its hot row in a commit that changes no membership: ${itemSize(next)} bytes`);
    const { ConsumedCapacity } = await table.client.send(
      new QueryCommand({
        TableName: table.name,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': hot!['pk']! },
        ConsistentRead: true,
        ReturnConsumedCapacity: 'TOTAL',
      }),
    );
    expect(ConsumedCapacity?.CapacityUnits).toBeLessThanOrEqual(1);
    table.close();
  });
});
