import { ScanCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { DynamoPersonalData } from '../../functions/aws/personal-data.ts';
import { DynamoProfileStore } from '../../functions/aws/profile-store.ts';
import { unpack } from '../../functions/aws/table/pack.ts';
import { erasedNamesContract } from '../contracts/erased-names.ts';
import type { OpenWorld } from '../contracts/erasure-world.ts';
import { erasuresContract } from '../contracts/erasures.ts';
import { CountingIds } from '../fakes.ts';
import { aTable } from './a-table.ts';

const plain = (value: AttributeValue): unknown =>
  value.B ? unpack(value.B) : (value.S ?? value.N ?? value.SS ?? value.L?.map(plain));

const open: OpenWorld = async ({ nowMs }) => {
  const table = await aTable();
  const clock = { nowMs, backOff: () => Promise.resolve() };
  const store = new DynamoProfileStore(table.client, table.name, clock);
  return {
    store,
    personal: new DynamoPersonalData(table.client, table.name, { profiles: store, ids: new CountingIds(), clock }),
    everything: async () => {
      const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.name, ConsistentRead: true }));
      return JSON.stringify(
        Items.map((item) => Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plain(value)]))),
      );
    },
    close: async () => table.close(),
  };
};

erasuresContract('DynamoDB', 20, open);
erasedNamesContract('DynamoDB', open);
