import { CreateDeliveryStreamCommand, FirehoseClient, type PutRecordBatchCommandInput } from '@aws-sdk/client-firehose';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { DynamoDBRecord } from 'aws-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import { Lake } from '../../functions/aws/lake.ts';
import { eventItem, factsItem } from '../../functions/aws/table/event-rows.ts';
import { coldItem, hotItem, type Item } from '../../functions/aws/table/profile-rows.ts';
import { dueItem, enrollmentItem } from '../../functions/aws/table/rows.ts';
import { aFact, anEnrollment, anEvent, aProfile, atMs } from '../contracts/rows.ts';
import { anAccount } from './doubles/clients.ts';
import { asLambdaRecords } from './lambda-records.ts';

const stream = 'lake';
let client: FirehoseClient;
let s3: S3Client;
let bucket: string;
/** How many records each request had. */
let asked: number[];
/** Which records of a request the lake refuses. */
let refuses: (request: number, record: number) => boolean;
beforeEach(async () => {
  const account = await anAccount();
  client = new FirehoseClient(account);
  s3 = new S3Client({ ...account, forcePathStyle: true });
  // Names of buckets are the same for all accounts.
  bucket = `lake-${account.accountId}`;
  asked = [];
  refuses = () => false;
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const destination = { RoleARN: 'arn:aws:iam::123456789012:role/lake', BucketARN: `arn:aws:s3:::${bucket}` };
  await client.send(
    new CreateDeliveryStreamCommand({ DeliveryStreamName: stream, S3DestinationConfiguration: destination }),
  );
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName !== 'PutRecordBatchCommand') return next(args);
        const input = args.input as PutRecordBatchCommandInput;
        const all = input.Records ?? [];
        for (const { Data } of all) expect(Data!.length, 'a record of Firehose').toBeLessThanOrEqual(1_024_000);
        const request = asked.push(all.length) - 1;
        const isRefused = all.map((_, record) => refuses(request, record));
        const Records = all.filter((_, record) => !isRefused[record]);
        if (Records.length > 0) await next({ ...args, input: { ...input, Records } });
        const RequestResponses = isRefused.map((one) => (one ? { ErrorCode: 'Slow' } : { RecordId: 'r' }));
        const output = { FailedPutCount: all.length - Records.length, RequestResponses };
        return { output: output as never, response: {} };
      },
    { step: 'initialize' },
  );
});

const recordsOf = (...items: readonly Item[]): readonly DynamoDBRecord[] =>
  asLambdaRecords(
    items.map((NewImage, index) => ({ eventID: String(index), eventName: 'INSERT', dynamodb: { NewImage } })),
  );
/** All lines of the lake, in order of their keys: Firehose promises no other. */
async function lines(): Promise<readonly { readonly [name: string]: unknown }[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
  const objects = Contents.map(({ Key }) => s3.send(new GetObjectCommand({ Bucket: bucket, Key })));
  const texts = await Promise.all((await Promise.all(objects)).map(({ Body }) => Body!.transformToString()));
  const found = texts.flatMap((text) => text.trimEnd().split('\n'));
  return found
    .map((line) => JSON.parse(line) as { readonly [name: string]: unknown })
    .sort((one, other) => (keyOfLine(one) < keyOfLine(other) ? -1 : 1));
}
const keyOfLine = ({ pk, sk }: { readonly [name: string]: unknown }): string => `${String(pk)}/${String(sk)}`;

describe('the lake', () => {
  it('takes a row that a later release packed as it is, and all that came with it', async () => {
    const later = { ...coldItem(aProfile('p2'), 1), b: { B: Uint8Array.of(9, 1, 2) } };
    await new Lake(client, stream).fill(recordsOf(coldItem(aProfile('p1'), 1), later));
    expect(await lines()).toMatchObject([{ pk: 'p#p1' }, { pk: 'p#p2', b: { packed: 'CQEC' } }]);
  });

  it('gets every row about people as a line that needs nothing of ours to be read', async () => {
    const event = { ...anEvent('p1', 'm1'), expiresMs: atMs };
    const rows = [
      hotItem(aProfile('p1', { segments: { loyal: atMs } }), 2, 1),
      coldItem(aProfile('p1', { traits: { plan: { value: 'pro', ms: 1, id: 'm' } } }), 1),
      eventItem(event, 2, [aFact('Viewed')]),
      factsItem('p1', 3, [aFact('quiet')], atMs),
      enrollmentItem(anEnrollment('e1', { path: ['hello', 'wait'] })),
    ];
    await new Lake(client, stream).fill(recordsOf(...rows));
    const [enrollment, hot, cold, told, facts] = await lines();
    expect(hot).toEqual({ pk: 'p#p1', sk: 'a', v: 2, c: 1, b: { segments: { loyal: atMs } } });
    expect(cold!['b']).toMatchObject({ traits: { plan: { value: 'pro' } } });
    expect(told).toMatchObject({
      sk: 'e#m1',
      n: 'Viewed',
      at: atMs,
      out: 1,
      b: ['track', event.properties, event.context, atMs],
    });
    expect(facts).toMatchObject({ sk: 'f#0000000003', t: [['event', 'quiet', atMs, { eventId: 'quiet' }, 1]] });
    expect(enrollment).toMatchObject({
      pk: 'n#e1',
      pa: ['hello', 'wait'],
      b: anEnrollment('e1', { path: ['hello', 'wait'] }),
    });
  });

  it('gets nothing of due rows, lists, documents, and rows that were taken away', async () => {
    const gone: DynamoDBRecord = { eventID: '9', eventName: 'REMOVE', dynamodb: { Keys: {} } };
    const others = ['definitions#x', 'm#segment#loyal#1', 'control'].map((pk): Item => ({
      pk: { S: pk },
      sk: { S: 'a' },
    }));
    const due = dueItem({ profileId: 'p1', subject: 'profile', dueMs: atMs }, 0);
    await new Lake(client, stream).fill([gone, ...recordsOf(due, ...others)]);
    expect(asked).toEqual([]);
  });

  it('gets lines in records below what Firehose takes, whatever they are written in', async () => {
    const long = Array.from({ length: 30 }, (_, index) =>
      eventItem(anEvent('p1', `m${index + 10}`, { properties: { text: 'Привет, 世界'.repeat(9_000) } }), 1, []),
    );
    await new Lake(client, stream).fill(recordsOf(...long));
    expect((await lines()).map((line) => line['sk'])).toEqual(long.map((row) => row['sk']!.S));
    expect(asked.length).toBeGreaterThan(1);
  });

  it('gets again what it refused, and that alone', async () => {
    const long = Array.from({ length: 6 }, (_, index) =>
      eventItem(anEvent('p1', `m${index}`, { properties: { text: 'x'.repeat(800_000) } }), 1, []),
    );
    refuses = (request, record) => request === 0 && record === 1;
    await new Lake(client, stream).fill(recordsOf(...long));
    expect(asked).toEqual([4, 3]);
    expect((await lines()).map((line) => line['sk'])).toEqual(long.map((row) => row['sk']!.S));
  });

  it('that refuses for good fails the batch, which comes again', async () => {
    refuses = () => true;
    const row = eventItem(anEvent('p1', 'm1'), 1, []);
    await expect(new Lake(client, stream).fill(recordsOf(row))).rejects.toThrow('refused 1 records');
  });
});
