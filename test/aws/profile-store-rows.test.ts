import { PutItemCommand, type AttributeValue, type QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../../core/ports.ts';
import { DynamoProfileStore } from '../../functions/aws/profile-store.ts';
import { anEvent, aProfile, atMs } from '../contracts/rows.ts';
import { aTable, type OpenTable } from './a-table.ts';

let table: OpenTable;
let store: DynamoProfileStore;
let nowMs: number;
beforeEach(async () => {
  table = await aTable();
  nowMs = atMs;
  store = new DynamoProfileStore(table.client, table.name, { nowMs: () => nowMs });
});
afterEach(() => table.close());

const commit = (change: Partial<Change> & Pick<Change, 'profiles'>) => store.commit({ attemptId: 'a1', ...change });
/** Sort keys of a person's rows in the order in which they were written. */
const written = async () => (await table.images()).map((row) => row['sk']!.S!);

describe('the cold part of a profile', () => {
  it('is written with what changes it, and with nothing else', async () => {
    await commit({ profiles: [{ expectedVersion: 0, profile: aProfile('p1') }] });
    const { profile } = (await store.load('p1'))!;
    const hotter = { ...profile, segments: { loyal: atMs }, convertedMs: atMs, dueMs: atMs };
    await commit({ profiles: [{ expectedVersion: 1, profile: hotter }], events: [anEvent('p1', 'm1')] });
    expect((await written()).sort()).toEqual(['a', 'a', 'b', 'e#m1']);
    const colder = { ...hotter, traits: { plan: { value: 'pro', ms: atMs, id: 'm2' } } };
    await commit({ profiles: [{ expectedVersion: 2, profile: colder }] });
    expect((await written()).filter((sk) => sk === 'b')).toHaveLength(2);
    expect(await new DynamoProfileStore(table.client, table.name, { nowMs: () => nowMs }).load('p1')).toEqual({
      version: 3,
      profile: colder,
    });
  });

  it('of another commit than the hot part is read again', async () => {
    await commit({ profiles: [{ expectedVersion: 0, profile: aProfile('p1') }] });
    const traits = (value: number) => ({ count: { value, ms: atMs, id: 'm1' } });
    let isTorn = false;
    const old: { [name: string]: AttributeValue }[] = [];
    let queries = 0;
    // A query reads one row after the other: a commit may come between them.
    table.client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        const output = result.output as Partial<QueryCommandOutput>;
        if (!output.Items) return result;
        queries++;
        if (isTorn) output.Items = [output.Items[0]!, old[0]!];
        else old.splice(0, 1, output.Items.at(-1)!);
        isTorn = false;
        return result;
      },
      { step: 'initialize' },
    );
    const { profile } = (await store.load('p1'))!;
    await commit({ profiles: [{ expectedVersion: 1, profile: { ...profile, traits: traits(1) } }] });
    [isTorn, queries] = [true, 0];
    expect((await store.load('p1'))?.profile.traits).toEqual(traits(1));
    expect(queries).toBe(2);
  });
});

describe('an event whose time is over', () => {
  const expiring = { ...anEvent('p1', 'm1'), expiresMs: atMs + 1_000 };
  const again = (expectedVersion: number) =>
    commit({
      profiles: [{ expectedVersion, profile: aProfile('p1') }],
      events: [{ ...expiring, name: 'Again', attemptId: 'a2', expiresMs: nowMs + 9_000 }],
    });
  beforeEach(() => commit({ profiles: [{ expectedVersion: 0, profile: aProfile('p1') }], events: [expiring] }));

  it('is as if it had never been, though its row is still there', async () => {
    expect(await store.history(['p1'])).toHaveLength(1);
    expect(await again(1)).toBe('conflict');
    nowMs = expiring.expiresMs;
    expect(await store.history(['p1'])).toEqual([]);
    expect(await store.seen(['p1'], ['m1'])).toEqual(new Map());
    expect(await again(1)).toBe('committed');
    expect((await store.history(['p1'])).map((event) => event.name)).toEqual(['Again']);
    expect(await store.seen(['p1'], ['m1'])).toEqual(new Map([['m1', 'a2']]));
  });

  it('is no bar to the person it was merged into', async () => {
    const winner = aProfile('p2', { mergedIds: [{ profileId: 'p1', version: 1, atMs }] });
    const merge = [
      { expectedVersion: 0, profile: winner },
      { expectedVersion: 1, profile: aProfile('p1', { mergedInto: 'p2' }) },
    ];
    await commit({ profiles: merge });
    const events = [anEvent('p2', 'm1')];
    expect(await commit({ profiles: [{ expectedVersion: 1, profile: winner }], events })).toBe('conflict');
    nowMs = expiring.expiresMs;
    expect(await commit({ profiles: [{ expectedVersion: 1, profile: winner }], events })).toBe('committed');
  });
});

it('a change of more than 100 rows is refused before anything of it is written', async () => {
  const events = Array.from({ length: 100 }, (_, index) => anEvent('p1', `m${index}`));
  const profiles = [{ expectedVersion: 0, profile: aProfile('p1') }];
  await expect(commit({ profiles, events })).rejects.toThrow('102 rows');
  expect(await store.load('p1')).toBeUndefined();
  expect(await commit({ profiles, events: events.slice(0, 98) })).toBe('committed');
});

it('what is stopped is read again once its lease is over', async () => {
  const stop = { pk: { S: 'control' }, sk: { S: 'journey/cart' }, k: { S: 'paused' } };
  expect((await store.stops()).size).toBe(0);
  await table.client.send(new PutItemCommand({ TableName: table.name, Item: stop }));
  nowMs += 4_999;
  expect((await store.stops()).size).toBe(0);
  nowMs += 1;
  expect(await store.stops()).toEqual(new Map([['journey/cart', 'paused']]));
});
