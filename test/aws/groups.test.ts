import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDefinitions } from '../../functions/aws/definition-store.ts';
import { DueRows } from '../../functions/aws/due-rows.ts';
import { DynamoDirectory } from '../../functions/aws/directory.ts';
import { DynamoGroups } from '../../functions/aws/groups.ts';
import { DynamoProfileStore } from '../../functions/aws/profile-store.ts';
import { StreamRelay } from '../../functions/aws/relay.ts';
import { dueShards, minuteOf } from '../../functions/aws/table/rows.ts';
import { startMs } from '../builders.ts';
import { groupConditionsContract, type OpenDue } from '../contracts/group-conditions.ts';
import { groupsContract } from '../contracts/groups.ts';
import { runs } from '../properties.ts';
import { aTable } from './a-table.ts';
import { asLambdaRecords } from './lambda-records.ts';

async function open(): Promise<OpenDue> {
  const table = await aTable();
  const { client, name: tableName } = table;
  const clock = { nowMs: () => startMs + 86_400_000 };
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
  const rows = new DueRows(client, tableName);
  /** All that is due in the two days about the clock of the contract. */
  async function due() {
    const first = minuteOf(startMs + 86_400_000);
    const places = [0, 1, 2].flatMap((minute) =>
      Array.from({ length: dueShards }, (_, shard) => ({ minute: first + minute, shard })),
    );
    const found = await Promise.all(
      places.map(async (place) => (await rows.at(place, startMs + 3 * 86_400_000)).map((row) => ({ row, place }))),
    );
    return found.flat();
  }
  return {
    groups: new DynamoGroups(client, tableName, clock.nowMs),
    store: new DynamoProfileStore(client, tableName, clock),
    directory: new DynamoDirectory(client, tableName, new DynamoDefinitions(client, tableName, clock), clock),
    settle: async () => {
      const records = asLambdaRecords(await table.records());
      await relay.carry(records.slice(carried));
      carried = records.length;
    },
    due: async () => (await due()).map(({ row }) => row),
    done: async (row) => {
      const place = (await due()).find((one) => one.row.profileId === row.profileId && one.row.subject === row.subject);
      if (place) await rows.done(row, place.place);
    },
    close: async () => table.close(),
  };
}
groupsContract('DynamoDB Local', 100, open);
groupConditionsContract('DynamoDB Local', runs(200).numRuns, open);
