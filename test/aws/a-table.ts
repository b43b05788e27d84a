import {
  CreateTableCommand,
  DynamoDBClient,
  type CreateTableCommandInput,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
  type _Record,
} from '@aws-sdk/client-dynamodb-streams';
import type { DoubleConfig } from './doubles/accounts.ts';
import { aDatabase } from './doubles/clients.ts';

const text = (name: string) => ({ AttributeName: name, AttributeType: 'S' as const });

/** The table as `docs/aws.md` lays it out; a test holds the template to the same. */
export const tableShape: Omit<CreateTableCommandInput, 'TableName'> = {
  AttributeDefinitions: ['pk', 'sk', 'pp', 'ps', 'lk', 'ls'].map(text),
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'people',
      KeySchema: [
        { AttributeName: 'pp', KeyType: 'HASH' },
        { AttributeName: 'ps', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
    {
      IndexName: 'lists',
      KeySchema: [
        { AttributeName: 'lk', KeyType: 'HASH' },
        { AttributeName: 'ls', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['st', 're', 'jo', 'ch', 'sp', 'go', 'pa'] },
    },
  ],
  BillingMode: 'PAY_PER_REQUEST',
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
};

/** An empty table that nobody else uses. */
export interface OpenTable {
  readonly config: DoubleConfig;
  readonly client: DynamoDBClient;
  readonly name: string;
  /** New images of all rows written so far, in order for each row's partition. */
  readonly images: () => Promise<readonly { readonly [name: string]: AttributeValue }[]>;
  readonly records: () => Promise<readonly _Record[]>;
  readonly close: () => void;
}

export async function aTable(shape: Omit<CreateTableCommandInput, 'TableName'> = tableShape): Promise<OpenTable> {
  const config = aDatabase();
  const client = new DynamoDBClient(config);
  const streams = new DynamoDBStreamsClient(config);
  const name = 'sojourn';
  await client.send(new CreateTableCommand({ ...shape, TableName: name }));
  const records = (): Promise<readonly _Record[]> => readStream(streams, name);
  return {
    config,
    client,
    name,
    records,
    images: async () => (await records()).flatMap((one) => (one.dynamodb?.NewImage as never) ?? []),
    close: () => {
      client.destroy();
      streams.destroy();
    },
  };
}

/** Every record of a table's stream, from its beginning. */
async function readStream(streams: DynamoDBStreamsClient, table: string): Promise<readonly _Record[]> {
  const { Streams: [stream] = [] } = await streams.send(new ListStreamsCommand({ TableName: table }));
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn: stream!.StreamArn }));
  const found: _Record[] = [];
  for (const shard of StreamDescription?.Shards ?? []) {
    const { ShardIterator } = await streams.send(
      new GetShardIteratorCommand({
        StreamArn: stream!.StreamArn,
        ShardId: shard.ShardId,
        ShardIteratorType: 'TRIM_HORIZON',
      }),
    );
    for (let iterator = ShardIterator; iterator;) {
      const page = await streams.send(new GetRecordsCommand({ ShardIterator: iterator }));
      found.push(...(page.Records ?? []));
      iterator = page.Records?.length ? page.NextShardIterator : undefined;
    }
  }
  return found;
}
