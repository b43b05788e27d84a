import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBRecord } from 'aws-lambda';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DynamoProfileStore } from '../../functions/aws/profile-store.ts';
import { StreamRelay } from '../../functions/aws/relay.ts';
import { aProfile, atMs } from '../contracts/rows.ts';
import { runs } from '../properties.ts';
import { aTable, type OpenTable } from './a-table.ts';
import { asLambdaRecords } from './lambda-records.ts';

const since = fc.integer({ min: 0, max: 3 }).map((ms) => atMs + ms);
const members = fc.dictionary(fc.constantFrom('loyal', 'idle', 'toString'), since);
const commits = fc.array(
  fc.record({ profileId: fc.constantFrom('p1', 'p2'), segments: members, audiences: members, isCarried: fc.boolean() }),
  { minLength: 1, maxLength: 12 },
);
/** How a batch comes: in which order (by these numbers), and how often. */
const disorder = fc.record({
  order: fc.array(fc.nat(), { minLength: 1, maxLength: 8 }),
  times: fc.integer({ min: 1, max: 2 }),
});

function disordered(records: readonly DynamoDBRecord[], order: readonly number[]): readonly DynamoDBRecord[] {
  const keyed = records.map((record, index) => ({ record, key: order[index % order.length]! }));
  return keyed.toSorted((one, other) => one.key - other.key).map(({ record }) => record);
}

/** All member rows, wherever they lie. */
async function listed({ client, name }: OpenTable): Promise<readonly string[]> {
  const { Items = [] } = await client.send(
    new ScanCommand({
      TableName: name,
      FilterExpression: 'begins_with(pk, :m)',
      ExpressionAttributeValues: { ':m': { S: 'm#' } },
    }),
  );
  return Items.map(({ pk, sk }) => `${pk!.S!.slice(0, pk!.S!.lastIndexOf('#'))} ${sk!.S}`).sort();
}

it('members are listed as their profiles have them, however often and in whatever order the stream comes', async () => {
  const property = fc.asyncProperty(commits, disorder, async (all, { order, times }) => {
    const table = await aTable();
    const store = new DynamoProfileStore(table.client, table.name, { nowMs: () => atMs });
    const relay = new StreamRelay({
      client: table.client,
      tableName: table.name,
      bus: { publish: async () => [] },
      queues: new SQSClient({ region: 'us-east-1' }),
      deadQueueUrl: '',
      clock: { backOff: async () => undefined },
      onDead: (_, error) => {
        throw error;
      },
    });
    const carry = async () => {
      // From the beginning each time: what was carried long ago comes once more.
      const records = asLambdaRecords(await table.records());
      for (let time = 0; time < times; time++) await relay.carry(disordered(records, order));
    };
    const versions = new Map<string, number>();
    const now = new Map<string, readonly string[]>();
    for (const { profileId, segments, audiences, isCarried } of all) {
      const expectedVersion = versions.get(profileId) ?? 0;
      const profiles = [{ expectedVersion, profile: aProfile(profileId, { segments, audiences }) }];
      expect(await store.commit({ attemptId: 'a1', profiles })).toBe('committed');
      versions.set(profileId, expectedVersion + 1);
      const rows = Object.entries({ segment: segments, audience: audiences }).flatMap(([kind, of]) =>
        Object.entries(of).map(([id, ms]) => `m#${kind}#${id} ${ms}#${profileId}`),
      );
      now.set(profileId, rows);
      if (isCarried) await carry();
    }
    await carry();
    expect(await listed(table)).toEqual([...now.values()].flat().sort());
    table.close();
  });
  await fc.assert(property, runs(100));
});
