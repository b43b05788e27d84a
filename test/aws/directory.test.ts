import { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashOf } from '../../core/definitions.ts';
import { DynamoDefinitions } from '../../functions/aws/definition-store.ts';
import { DynamoDirectory } from '../../functions/aws/directory.ts';
import { messageKeeper } from '../../functions/aws/kept-messages.ts';
import { DynamoProfileStore } from '../../functions/aws/profile-store.ts';
import { StreamRelay } from '../../functions/aws/relay.ts';
import { CursorInvalid, cursorOf } from '../../functions/parts/http/directory.ts';
import { directoryContract, listedDocuments, type OpenDirectory } from '../contracts/directory.ts';
import { anEvent, aProfile, atMs } from '../contracts/rows.ts';
import { aTable } from './a-table.ts';
import { publishInto } from './publish-into.ts';
import { asLambdaRecords } from './lambda-records.ts';

interface OpenDynamoDirectory extends OpenDirectory {
  readonly clock: { ms: number; nowMs: () => number };
}

async function open(): Promise<OpenDynamoDirectory> {
  const table = await aTable();
  const { client, name: tableName } = table;
  const clock = { ms: atMs, nowMs: () => clock.ms };
  const definitions = new DynamoDefinitions(client, tableName, clock);
  const machines = new Map(listedDocuments.journeys.map(({ id }) => [id, `arn:${id}:1`]));
  const listed = { hash: hashOf(listedDocuments), documents: listedDocuments, templates: [] };
  await publishInto(client, tableName, listed, machines);
  const relay = new StreamRelay({
    client,
    tableName,
    bus: { publish: async () => [] },
    queues: new SQSClient({ region: 'us-east-1' }),
    deadQueueUrl: '',
    clock: { backOff: async () => undefined },
    onDead: (_, error) => {
      throw error;
    },
  });
  let carried = 0;
  return {
    clock,
    store: new DynamoProfileStore(client, tableName, clock),
    directory: new DynamoDirectory(client, tableName, definitions, clock),
    settle: async () => {
      const records = asLambdaRecords(await table.records());
      await relay.carry(records.slice(carried));
      carried = records.length;
    },
    keep: messageKeeper(client, tableName, clock),
    close: async () => table.close(),
  };
}

directoryContract('DynamoDB Local', open);

describe('the directory on DynamoDB', () => {
  let opened: OpenDynamoDirectory;
  beforeEach(async () => {
    opened = await open();
  });
  afterEach(() => opened.close());

  it('shows no event and no message whose time is over, though its row is still there', async () => {
    const expiring = { ...anEvent('p1', 'm1'), expiresMs: atMs + 60_000 };
    const profiles = [{ expectedVersion: 0, profile: aProfile('p1') }];
    await opened.store.commit({ attemptId: 'a1', profiles, events: [expiring, anEvent('p1', 'm2')] });
    await opened.keep('d1', { channel: 'push', to: 't', title: 'a', body: 'b', tags: { deliveryId: 'd1' } });
    const shown = async () =>
      (await opened.directory.timeline(['p1'], { limit: 10 })).items.map(({ detail }) => detail['eventId']);
    expect(await shown()).toEqual(['m2', 'm1']);
    opened.clock.ms = expiring.expiresMs;
    expect(await shown()).toEqual(['m2']);
    opened.clock.ms = atMs + 401 * 86_400_000;
    expect(await opened.directory.message('d1')).toBeUndefined();
  });

  it('refuses a cursor that another home made', async () => {
    for (const cursor of [cursorOf(0, ''), cursorOf(atMs, 'e1')])
      await expect(opened.directory.deliveries({}, { limit: 1, cursor })).rejects.toThrow(CursorInvalid);
  });
});
