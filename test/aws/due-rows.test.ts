import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DueRows, trailingMinutes, type DuePlace } from '../../functions/aws/due-rows.ts';
import { DynamoProfileStore } from '../../functions/aws/profile-store.ts';
import { dueShards, minuteOf } from '../../functions/aws/table/rows.ts';
import { aProfile, atMs } from '../contracts/rows.ts';
import { aTable, type OpenTable } from './a-table.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

let table: OpenTable;
let rows: DueRows;
let nowMs: number;
let store: DynamoProfileStore;
beforeEach(async () => {
  table = await aTable();
  rows = new DueRows(table.client, table.name);
  nowMs = atMs;
  store = new DynamoProfileStore(table.client, table.name, { nowMs: () => nowMs });
});
afterEach(() => table.close());

/** Commits due rows as of `nowMs`, each of a person of its own. */
const dueAt = async (...all: readonly number[]): Promise<void> => {
  for (const dueMs of all) {
    const profileId = `p${dueMs}`;
    await store.commit({
      attemptId: 'a1',
      profiles: [{ expectedVersion: 0, profile: aProfile(profileId) }],
      due: [{ profileId, subject: 'profile', dueMs }],
    });
  }
};
const minutes = (places: readonly DuePlace[]) => places.map(({ minute }) => minute - minuteOf(atMs));
/** A tick as the Scheduler makes it. @returns what it finds due */
const tick = async (): Promise<readonly number[]> => {
  const places = await rows.places(nowMs);
  const found = (await Promise.all(places.map((place) => rows.at(place, nowMs)))).flat();
  await rows.told(nowMs);
  return found.map(({ dueMs }) => dueMs).sort((a, b) => a - b);
};

describe('a tick', () => {
  it('tells of the places that hold what is due by now, and of no others', async () => {
    await dueAt(atMs + 2 * minuteMs, atMs + 2 * minuteMs + 30_000, atMs + hourMs);
    expect(await rows.places(atMs + minuteMs)).toEqual([]);
    nowMs = atMs + 2 * minuteMs;
    const places = await rows.places(nowMs);
    expect(minutes(places)).toEqual([2]);
    expect(places[0]!.shard).toBeLessThan(dueShards);
    expect(await tick()).toEqual([atMs + 2 * minuteMs]);
  });

  it('looks back a quarter of an hour for rows that became visible late', async () => {
    nowMs = atMs - hourMs;
    await dueAt(atMs);
    // The last tick that still looks at that minute, of those that look back at all.
    nowMs = Math.floor((atMs + (trailingMinutes - 1) * minuteMs) / (5 * minuteMs)) * 5 * minuteMs;
    await rows.told(nowMs);
    expect(await tick()).toEqual([atMs]);
    nowMs += minuteMs;
    await rows.told(nowMs);
    expect(await tick()).toEqual([]);
  });

  it('goes on where the last one before an outage came to', async () => {
    await tick();
    await dueAt(atMs + 2 * minuteMs, atMs + 3 * hourMs);
    nowMs = atMs + 5 * hourMs;
    expect(await tick()).toEqual([atMs + 2 * minuteMs, atMs + 3 * hourMs]);
  });

  it('makes up for days of outage over several ticks, and leaves out no minute', async () => {
    await tick();
    const due = [atMs + hourMs, atMs + dayMs + hourMs, atMs + 2 * dayMs - minuteMs];
    await dueAt(...due);
    nowMs = atMs + 2 * dayMs;
    const found = [await tick(), await tick(), await tick()];
    expect([...new Set(found.flat())]).toEqual(due);
    expect(found[2]).toEqual(due.slice(2));
  });
});

describe('a due row', () => {
  it('never stands under a minute that a tick may have read', async () => {
    nowMs = atMs + 10 * minuteMs;
    await dueAt(atMs, atMs + 10 * minuteMs + 59_999);
    expect(minutes(await rows.places(atMs + 10 * minuteMs + 59_999))).toEqual([]);
    const places = await rows.places(atMs + 11 * minuteMs);
    expect(new Set(minutes(places))).toEqual(new Set([11]));
    nowMs = atMs + 11 * minuteMs;
    expect(await tick()).toEqual([atMs, atMs + 10 * minuteMs + 59_999]);
  });

  it('that was looked at is taken away from where it was found, and no other is', async () => {
    nowMs = atMs + 10 * minuteMs;
    await dueAt(atMs, atMs + 1);
    nowMs = atMs + 11 * minuteMs;
    for (const place of await rows.places(nowMs))
      for (const due of await rows.at(place, nowMs)) if (due.dueMs === atMs) await rows.done(due, place);
    expect(await tick()).toEqual([atMs + 1]);
  });

  it('of one person stands in one shard, and those of many spread', async () => {
    await dueAt(...Array.from({ length: 40 }, (_, index) => atMs + 2 * minuteMs + index));
    const places = await rows.places(atMs + 3 * minuteMs);
    expect(places.length).toBeGreaterThan(dueShards / 2);
    const counts = await Promise.all(places.map(async (place) => (await rows.at(place, atMs + hourMs)).length));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(40);
  });
});
