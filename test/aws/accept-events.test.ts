import { afterEach, beforeEach, expect, it } from 'vitest';
import { acceptEvents } from '../../functions/accept-events/accept-events.ts';
import { DynamoProfileStore } from '../../functions/aws/profile-store.ts';
import { aMessage, documentsOf, startMs } from '../builders.ts';
import { CountingIds, TestDefinitions } from '../fakes.ts';
import { aTable, type OpenTable } from './a-table.ts';

const clock = { nowMs: () => startMs, backOff: () => Promise.resolve() };
let table: OpenTable;
let store: DynamoProfileStore;
beforeEach(async () => {
  table = await aTable();
  store = new DynamoProfileStore(table.client, table.name, clock);
});
afterEach(() => table.close());

const ids = new CountingIds();
const accept = (peopleAtOnce?: number) =>
  acceptEvents({ profiles: store, definitions: new TestDefinitions(documentsOf({})), clock, ids }, peopleAtOnce);

it('takes more rows of one person than a transaction holds, in several', async () => {
  const bounced = Array.from({ length: 40 }, (_, index) =>
    aMessage({
      messageId: `m${index}`,
      name: 'Email Bounced',
      userId: 'ana',
      anonymousId: `browser-${index}`,
      properties: { email: `ana${index}@example.com` },
    }),
  );
  const results = await accept()(bounced);
  expect(results.every(({ status }) => status === 'accepted')).toBe(true);
  const [profileId] = new Set((await store.owners(bounced.map((one) => `anonymousId:${one.anonymousId}`))).values());
  expect(await store.history([profileId!])).toHaveLength(40);
  expect((await accept()(bounced)).every(({ status }) => status === 'duplicate')).toBe(true);
});

it('gives each message of many people its own answer, whoever is done first', async () => {
  const people = Array.from({ length: 30 }, (_, index) =>
    aMessage({ messageId: `m${index}`, userId: `user-${index % 10}`, name: 'Viewed' }),
  );
  const twice = [...people, people[3]!, people[7]!];
  const results = await accept(8)(twice);
  expect(results.map(({ messageId }) => messageId)).toEqual(twice.map(({ messageId }) => messageId));
  expect(results.map(({ status }) => status)).toEqual([...people.map(() => 'accepted'), 'duplicate', 'duplicate']);
});
