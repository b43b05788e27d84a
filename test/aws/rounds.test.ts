import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Rounds } from '../../core/ports.ts';
import { newProfile } from '../../core/profile/profile.ts';
import { DynamoPlaces } from '../../functions/aws/places.ts';
import { DynamoProfileStore } from '../../functions/aws/profile-store.ts';
import { DynamoRounds } from '../../functions/aws/rounds.ts';
import { listShards } from '../../functions/aws/table/keys.ts';
import { memberKey } from '../../functions/aws/table/memberships.ts';
import { keyOf } from '../../functions/aws/table/table.ts';
import { beginRounds, type BegunRound } from '../../functions/begin-rounds/begin-rounds.ts';
import { enterJourney } from '../../functions/enter-journey/enter-journey.ts';
import { walkRound } from '../../functions/walk-round/walk-round.ts';
import { aJourney, aSegment, documentsOf } from '../builders.ts';
import { roundsContract } from '../contracts/rounds.ts';
import { CountingIds, RecordedExecutions, TestDefinitions } from '../fakes.ts';
import { aTable, type OpenTable } from './a-table.ts';

const joinedMs = Date.parse('2026-03-05T12:00Z');
const backOff = () => new Promise<void>((resolve) => setTimeout(resolve, 5));

/** Members as the relay lists them. */
async function list(table: OpenTable, profileIds: readonly string[]): Promise<void> {
  for (const profileId of profileIds) {
    const Item = keyOf(memberKey('segment', 'vips', profileId, joinedMs));
    await table.client.send(new PutItemCommand({ TableName: table.name, Item }));
  }
}

roundsContract('DynamoDB', async () => {
  const table = await aTable();
  return {
    rounds: new DynamoRounds(table.client, table.name, () => 0),
    places: new DynamoPlaces(table.client, table.name, { nowMs: () => 0, backOff }),
    parts: listShards,
    join: (profileIds) => list(table, profileIds),
    close: async () => table.close(),
  };
});

describe('a round over the table', () => {
  const begun = Date.parse('2026-03-09T10:00Z');
  const vips = aSegment('vips', { trait: 'vip', is: true });
  const people = Array.from({ length: 30 }, (_, n) => `p${n}`);
  let table: OpenTable;
  let nowMs: number;
  beforeEach(async () => {
    table = await aTable();
    nowMs = joinedMs;
  });
  afterEach(() => table.close());

  type Limit = { readonly atMost: number; readonly per: string; readonly by: string };
  const documentsAt = (at: string, limit?: Limit) => {
    const schedule = { every: 'P1W', on: 'MO', at, zone: 'workspace' } as const;
    const entry = { on: { schedule, segment: 'vips' }, ...(limit && { limit }) };
    const journeys = [aJourney({ id: 'news', entry, steps: [{ id: 'wait', wait: 'P1D' }] })];
    return documentsOf({ segments: [vips], journeys });
  };

  /** Thirty members, and what walks over them. */
  async function aWorld(limit?: Limit) {
    const definitions = new TestDefinitions(documentsAt('10:00', limit));
    const clock = { nowMs: () => nowMs, backOff };
    const profiles = new DynamoProfileStore(table.client, table.name, clock);
    const traits = (score: number) => ({ vip: { value: true, ms: 0, id: '' }, score: { value: score, ms: 0, id: '' } });
    for (const [score, profileId] of people.entries()) {
      const profile = { ...newProfile(profileId, 0), segments: { vips: joinedMs }, traits: traits(score) };
      await profiles.commit({ attemptId: profileId, profiles: [{ expectedVersion: 0, profile }] });
    }
    await list(table, people);
    const executions = new RecordedExecutions();
    const places = new DynamoPlaces(table.client, table.name, clock);
    const rounds: Rounds = new DynamoRounds(table.client, table.name, () => nowMs);
    const ports = { profiles, definitions, executions, places, clock, ids: new CountingIds(), rounds };
    const walk = walkRound({ ...ports, enter: enterJourney(ports) }, { most: 3, atOnce: 2 });
    const started: BegunRound[] = [];
    const tick = beginRounds({ ...ports, begin: async (round) => void started.push(round), missed: () => undefined });
    const entered = (): readonly string[] =>
      executions.started.map(({ input }) => String(input['profileId'])).toSorted();
    return { definitions, rounds, walk, started, tick, entered };
  }
  const shards = Array.from({ length: listShards }, (_, shard) => shard);

  /** One tick and all that it begins, every batch delivered twice. @returns who was started */
  async function live(limit?: Limit): Promise<readonly string[]> {
    const { walk, started, tick, entered } = await aWorld(limit);
    await tick();
    nowMs = begun;
    await tick();
    await tick();
    expect(started.map(({ roundId }) => roundId)).toEqual(['2026-03-09T10:00']);
    for (const part of [...shards, ...(started[0]!.isRanked ? (['ranked'] as const) : [])]) {
      for (let isDone = false; !isDone;) {
        const twice = await Promise.all([1, 2].map(() => walk({ ...started[0]!, part })));
        isDone = twice.every((one) => one.isDone);
      }
    }
    return entered();
  }

  it('enters every member once, though each batch is delivered twice', async () => {
    expect(await live()).toEqual(people.toSorted());
  });

  it('enters those who rank highest, and no more than the limit', async () => {
    const highest = await live({ atMost: 5, per: 'P1W', by: 'profile.traits.score' });
    expect(highest).toEqual(['p25', 'p26', 'p27', 'p28', 'p29']);
  });

  it('is begun anew, under another name, where its schedule was another one for a while', async () => {
    const { definitions, rounds, walk, started, tick, entered } = await aWorld();
    await tick();
    nowMs = begun;
    await tick();
    await walk({ ...started[0]!, part: 0 });
    definitions.publish(documentsAt('15:00'));
    nowMs += 60_000;
    await tick();
    for (const part of shards) await walk({ ...started[0]!, part });
    const before = entered();
    expect(before.length).toBeLessThan(people.length);
    definitions.publish(documentsAt('10:00'));
    nowMs += 60_000;
    await tick();
    expect(started).toMatchObject([{ roundId: '2026-03-09T10:00' }, { roundId: '2026-03-09T10:00' }]);
    expect(started[1]?.closings).toBeGreaterThan(0);
    for (const part of shards) for (let isDone = false; !isDone;) ({ isDone } = await walk({ ...started[1]!, part }));
    const counted = (await rounds.progress('news', '2026-03-09T10:00')).flatMap(({ counts }) => Object.entries(counts));
    const sum = (outcome: string): number => counted.reduce((all, [of, n]) => (of === outcome ? all + n : all), 0);
    expect([sum('entered'), sum('missed')]).toEqual([before.length, people.length - before.length]);
    expect(entered()).toEqual(before);
  });
});
