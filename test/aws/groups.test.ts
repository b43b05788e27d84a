import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDefinitions } from '../../functions/aws/definition-store.ts';
import { DynamoDirectory } from '../../functions/aws/directory.ts';
import { DynamoGroups } from '../../functions/aws/groups.ts';
import { DynamoProfileStore } from '../../functions/aws/profile-store.ts';
import { StreamRelay } from '../../functions/aws/relay.ts';
import { startMs } from '../builders.ts';
import { groupsContract } from '../contracts/groups.ts';
import { aTable } from './a-table.ts';
import { asLambdaRecords } from './lambda-records.ts';

groupsContract('DynamoDB Local', 100, async () => {
  const table = await aTable();
  const { client, name: tableName } = table;
  const clock = { nowMs: () => startMs };
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
    groups: new DynamoGroups(client, tableName),
    store: new DynamoProfileStore(client, tableName, clock),
    directory: new DynamoDirectory(client, tableName, new DynamoDefinitions(client, tableName, clock), clock),
    settle: async () => {
      const records = asLambdaRecords(await table.records());
      await relay.carry(records.slice(carried));
      carried = records.length;
    },
    close: async () => table.close(),
  };
});
