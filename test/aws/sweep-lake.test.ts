import { ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Receipt } from '../../core/privacy/erasure.ts';
import { S3LakeObjects } from '../../functions/aws/lake-objects.ts';
import { DynamoPersonalData } from '../../functions/aws/personal-data.ts';
import { DynamoProfileStore } from '../../functions/aws/profile-store.ts';
import { DynamoSweeps } from '../../functions/aws/sweeps.ts';
import { sweepLake } from '../../functions/sweep-lake/sweep-lake.ts';
import { CountingIds } from '../fakes.ts';
import { aTable } from './a-table.ts';
import { anAccount } from './doubles/clients.ts';

const hourMs = 3_600_000;
const beganMs = Date.parse('2026-03-01T00:00:00Z');

let s3: S3Client;
let bucket: string;
let table: Awaited<ReturnType<typeof aTable>>;
let nowMs: number;
let unread: string[];
beforeEach(async () => {
  const account = await anAccount();
  s3 = new S3Client({ ...account, forcePathStyle: true });
  bucket = `lake-${account.accountId}`;
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  table = await aTable();
  nowMs = beganMs + 20 * 24 * hourMs;
  unread = [];
  return () => table.close();
});

const clock = { nowMs: () => nowMs, backOff: () => Promise.resolve() };
const line = (id: string, says: string) => `${JSON.stringify({ pk: `p#${id}`, sk: 'a', b: { says } })}\n`;
const put = (Key: string, text: string | Buffer) =>
  s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Buffer.isBuffer(text) ? text : gzipSync(text) }));
/** Every object of the lake, as text. */
async function lake(): Promise<{ readonly [key: string]: string }> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
  const all = await Promise.all(
    Contents.map(async ({ Key }) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      const bytes = Buffer.from(await Body!.transformToByteArray());
      return [Key!, bytes[0] === 0x1f ? gunzipSync(bytes).toString() : bytes.toString()] as const;
    }),
  );
  return Object.fromEntries(all);
}
/** Somebody who is erased as the law does it: the receipt of the last commit. */
async function erased(profileId: string, more: Partial<Receipt> = {}): Promise<string> {
  const receipt: Receipt = {
    erasureId: `e-${profileId}`,
    profileId,
    mergedIds: [],
    sinceMs: beganMs,
    status: 'done',
    askedMs: nowMs,
    doneMs: nowMs,
    deleted: {},
    tombstones: 0,
    suppressed: 0,
    attemptId: `a-${profileId}`,
    ...more,
  };
  const store = new DynamoProfileStore(table.client, table.name, clock);
  await store.commit({ attemptId: receipt.attemptId, profiles: [], erasures: [receipt] });
  return receipt.erasureId;
}
const receiptOf = (erasureId: string) => {
  const profiles = new DynamoProfileStore(table.client, table.name, clock);
  return new DynamoPersonalData(table.client, table.name, { profiles, ids: new CountingIds(), clock }).receipt(
    erasureId,
  );
};
async function rowsOfSweeps(): Promise<number> {
  const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.name, ConsistentRead: true }));
  return Items.filter(({ pk }) => pk!.S === 'lake').length;
}

/** Lets one call of AWS fail, before it is made or after. */
interface Fault {
  at: number;
  isAfter: boolean;
}
let calls = 0;
const failing = <Client extends object>(client: Client, fault: Fault | undefined): Client =>
  new Proxy(client, {
    get: (target, name) => {
      const value = Reflect.get(target, name) as unknown;
      if (name !== 'send') return value;
      return async (...of: unknown[]) => {
        const isIt = fault?.at === ++calls;
        if (isIt && !fault.isAfter) throw new Error('Planted.');
        const answer: unknown = await Reflect.apply(value as (...of: unknown[]) => unknown, target, of);
        if (isIt) throw new Error('Planted.');
        return answer;
      };
    },
  });
function sweep({ fault, forMs = 60_000 }: { readonly fault?: Fault; readonly forMs?: number } = {}) {
  const ports = {
    sweeps: new DynamoSweeps(failing(table.client, fault), table.name),
    objects: new S3LakeObjects(failing(s3, fault), bucket),
    clock,
    unread: (key: string) => unread.push(key),
  };
  return sweepLake(ports, forMs)();
}
describe('the sweep of the lake', () => {
  it('takes out who was erased, a day after the rest, and says so in the receipt', async () => {
    await put('rows/day=2026-03-02/a.gz', line('ana', 'one') + line('bo', 'two') + line('old', 'three'));
    await put('rows/day=2026-03-05/b.gz', line('bo', 'four'));
    await put('rows/day=2026-03-05/plain', line('ana', 'five'));
    // The time before anybody knew her.
    await put('rows/day=2026-02-28/c.gz', line('ana', 'before'));
    const erasureId = await erased('ana', { mergedIds: ['old'] });
    expect(await sweep()).toBeUndefined();
    nowMs += 26 * hourMs;
    expect(await sweep()).toMatchObject({ isOver: true, objects: 3, taken: 3, unread: 0 });
    expect(await lake()).toEqual({
      'rows/day=2026-02-28/c.gz': line('ana', 'before'),
      'rows/day=2026-03-02/a.gz': line('bo', 'two'),
      'rows/day=2026-03-05/b.gz': line('bo', 'four'),
      'rows/day=2026-03-05/plain': '',
    });
    expect(await receiptOf(erasureId)).toMatchObject({ status: 'done', sweptMs: nowMs });
    expect(await rowsOfSweeps()).toBe(0);
    expect(await sweep()).toBeUndefined();
  });

  it('goes on where it stood, and takes those who come meanwhile the next time', async () => {
    for (let count = 10; count < 70; count++)
      await put(`rows/day=2026-03-02/${count}.gz`, line('ana', 'x') + line('bo', 'y'));
    const [ana] = [await erased('ana')];
    nowMs += 26 * hourMs;
    const began = nowMs;
    // Each look at the clock is a minute later.
    const slow = { nowMs: () => (nowMs += 60_000) };
    const ports = { sweeps: new DynamoSweeps(table.client, table.name), objects: new S3LakeObjects(s3, bucket) };
    const part = sweepLake({ ...ports, clock: slow, unread: () => {} }, 150_000);
    expect(await part()).toMatchObject({ isOver: false, objects: 25, taken: 25 });
    nowMs = began;
    const bo = await erased('bo', { doneMs: began - 27 * hourMs });
    expect(await sweep()).toMatchObject({ isOver: true, objects: 60, taken: 60, people: [{ ids: ['ana'] }] });
    expect((await receiptOf(ana))!.sweptMs).toBe(began);
    expect((await receiptOf(bo))!.sweptMs).toBeUndefined();
    expect(await sweep()).toMatchObject({ isOver: true, taken: 60 });
    expect(new Set(Object.values(await lake()))).toEqual(new Set(['']));
  });

  it('ends the same wherever it was cut off', async () => {
    for (let at = 1, isOver = false; !isOver; at++) {
      for (const isAfter of [false, true]) {
        await put('rows/day=2026-03-02/a.gz', line('ana', 'one') + line('bo', 'two'));
        await put('rows/day=2026-03-03/b.gz', line('ana', 'three'));
        const erasureId = await erased('ana', { attemptId: `${at}${isAfter}`, erasureId: `e${at}${isAfter}` });
        nowMs += 26 * hourMs;
        calls = 0;
        isOver = await sweep({ fault: { at, isAfter } }).then(
          () => true,
          () => false,
        );
        if (!isOver) await sweep();
        expect(await lake(), `call ${at}`).toEqual({
          'rows/day=2026-03-02/a.gz': line('bo', 'two'),
          'rows/day=2026-03-03/b.gz': '',
        });
        expect((await receiptOf(erasureId))!.sweptMs, `call ${at}`).toBeDefined();
        expect(await rowsOfSweeps()).toBe(0);
      }
    }
  });

  it('writes over nothing that somebody else has written meanwhile', async () => {
    const key = 'rows/day=2026-03-02/a.gz';
    await put(key, line('ana', 'one') + line('bo', 'two'));
    await erased('ana');
    nowMs += 26 * hourMs;
    const objects = new S3LakeObjects(s3, bucket);
    let isFirst = true;
    const ports = {
      sweeps: new DynamoSweeps(table.client, table.name),
      objects: {
        dayKey: (ms: number) => objects.dayKey(ms),
        list: (after: string, most: number) => objects.list(after, most),
        write: (one: string, text: string, version: string) => objects.write(one, text, version),
        read: async (one: string) => {
          const found = await objects.read(one);
          if (isFirst) await put(key, line('ana', 'one') + line('bo', 'two') + line('cy', 'three'));
          isFirst = false;
          return found;
        },
      },
      clock,
      unread: () => {},
    };
    await sweepLake(ports, 60_000)();
    expect((await lake())[key]).toBe(line('bo', 'two') + line('cy', 'three'));
  });

  it('tells of objects that it cannot read, and the receipt counts them', async () => {
    await put('rows/day=2026-03-02/a.gz', Buffer.from([0x1f, 0x8b, 1, 2, 3]));
    await put('rows/day=2026-03-03/b.gz', line('ana', 'x'));
    const erasureId = await erased('ana');
    nowMs += 26 * hourMs;
    expect(await sweep()).toMatchObject({ isOver: true, taken: 1, unread: 1 });
    expect(unread).toEqual(['rows/day=2026-03-02/a.gz']);
    expect(await receiptOf(erasureId)).toMatchObject({ unread: 1, sweptMs: nowMs });
  });
});
