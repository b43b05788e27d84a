import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RankProgress } from '../../core/ports.ts';
import { acceptEvents } from '../../functions/accept-events/accept-events.ts';
import { DynamoFills } from '../../functions/aws/fills.ts';
import { DynamoProfileStore } from '../../functions/aws/profile-store.ts';
import { DynamoRanks } from '../../functions/aws/ranks.ts';
import { coverageItem, readCoverage } from '../../functions/aws/table/coverage.ts';
import { currentKey } from '../../functions/aws/table/definition-keys.ts';
import { keyOf, Table } from '../../functions/aws/table/table.ts';
import { beginRanking, type BegunRanking } from '../../functions/begin-rounds/begin-ranking.ts';
import { rankProfiles } from '../../functions/fill-profiles/rank-profiles.ts';
import { fillProfiles } from '../../functions/fill-profiles/fill-profiles.ts';
import type { Coverage } from '../../core/segment/coverage.ts';
import { anIdentify, aSegment, aTrack, documentsOf } from '../builders.ts';
import { ranksContract } from '../contracts/ranks.ts';
import { CountingIds, TestDefinitions } from '../fakes.ts';
import { aTable, type OpenTable } from './a-table.ts';

const coverageIn = (table: OpenTable) => {
  const rows = new Table(table.client, table.name);
  return {
    publish: async (coverage: Coverage): Promise<void> =>
      void (await rows.put({ ...keyOf(currentKey), h: { S: 'hash' }, ...coverageItem(coverage) })),
    published: async (): Promise<Coverage | undefined> => readCoverage(await rows.row(currentKey)),
  };
};

ranksContract('DynamoDB', async () => {
  const table = await aTable();
  const ranks = new DynamoRanks(table.client, table.name);
  return { ranks, ...coverageIn(table), close: async () => table.close() };
});

const documents = documentsOf({
  traits: [
    { id: 'orders', name: 'Orders', count: 'Bought' },
    { id: 'by-orders', name: 'By orders', rank: 'orders', into: 2 },
  ],
  segments: [aSegment('best', { trait: 'by-orders', atLeast: 2 })],
});

describe('counting everybody over the table', () => {
  let table: OpenTable;
  let nowMs = Date.parse('2026-03-05T12:00Z');
  const clock = { nowMs: () => nowMs, backOff: () => new Promise<void>((resolve) => setTimeout(resolve, 5)) };
  beforeEach(async () => {
    table = await aTable();
  });
  afterEach(() => table.close());

  async function home() {
    const definitions = new TestDefinitions(documents);
    definitions.nowMs = () => nowMs;
    await coverageIn(table).publish(definitions.now.coverage);
    return {
      ...{ clock, definitions, ids: new CountingIds(), failed: () => undefined },
      profiles: new DynamoProfileStore(table.client, table.name, clock),
      fills: new DynamoFills(table.client, table.name),
      ranks: new DynamoRanks(table.client, table.name),
    };
  }
  const buys = (userId: string) => aTrack('Bought', {}, { userId, receivedMs: nowMs, occurredMs: nowMs });
  /** Reads what was made, as functions do after 5 s. */
  async function read(definitions: TestDefinitions): Promise<Coverage> {
    definitions.rank((await coverageIn(table).published())!);
    return definitions.now.coverage;
  }

  it('makes one table of all parts, though each batch is called twice at once and people merge meanwhile', async () => {
    const ports = await home();
    const accept = acceptEvents(ports);
    for (let index = 1; index <= 9; index++)
      for (let count = 0; count < index; count++) await accept([buys(`u${index}`)]);
    await accept([{ ...buys(''), anonymousId: 'a1', messageId: 'a1' }]);
    await accept([anIdentify({}, { userId: 'u1', anonymousId: 'a1', receivedMs: nowMs })]);
    const rank = rankProfiles(ports, { most: 2, atOnce: 2 });
    const { number } = ports.definitions.now.coverage;
    for (let part = 0; part < ports.fills.parts; part++) {
      let answers: readonly Omit<RankProgress, 'counts'>[];
      do answers = await Promise.all([1, 2].map(() => rank({ number, part, startedMs: nowMs })));
      while (!answers.every(({ isDone }) => isDone));
    }
    const { ranks, number: made } = await read(ports.definitions);
    expect(made).toBe(number + 1);
    // Two orders of one, then 2, 3, … 9: the fifth is of five.
    expect(ranks!['by-orders']).toMatchObject({ people: 9, bounds: [5], atMs: nowMs });
    const fill = fillProfiles(ports, { most: 3, atOnce: 2 });
    for (let part = 0; part < ports.fills.parts; part++)
      for (let isDone = false; !isDone;) ({ isDone } = await fill({ number: made, part, startedMs: nowMs }));
    for (let index = 1; index <= 9; index++) {
      const [owner] = [...(await ports.profiles.owners([`userId:u${index}`])).values()];
      expect(Object.keys((await ports.profiles.load(owner!))!.profile.segments)).toEqual(index > 5 ? ['best'] : []);
    }
  });

  it.each([false, true])(
    'makes the same table whichever call fails (its answer lost: %s)',
    async (isLost) => {
      const ports = await home();
      for (const userId of ['u1', 'u2', 'u2', 'u3', 'u3', 'u3']) await acceptEvents(ports)([buys(userId)]);
      let calls = 0;
      let at = Infinity;
      const seen = new Set<string>();
      table.client.middlewareStack.add(
        (next, context) => async (args) => {
          const isNow = ++calls === at;
          if (isNow) seen.add(context.commandName ?? '');
          const fault = Object.assign(new Error('down'), {
            name: 'InternalServerError',
            $fault: 'server',
            $metadata: {},
          });
          if (isNow && !isLost) throw fault;
          const answer = await next(args);
          if (isNow) throw fault;
          return answer;
        },
        { step: 'initialize' },
      );
      const rank = rankProfiles(ports, { most: 1, atOnce: 1 });
      const peopled: number[] = [];
      const empty: number[] = [];
      for (let part = 0; part < ports.fills.parts; part++) {
        const { profileIds } = await ports.fills.people(part, undefined, 10);
        (profileIds.length > 0 ? peopled : empty).push(part);
      }
      for (let fails = 1, isOver = false; !isOver; fails++) {
        const { number } = ports.definitions.now.coverage;
        await Promise.all(empty.map((part) => rank({ number, part, startedMs: nowMs })));
        [calls, at] = [0, fails];
        for (const part of peopled) {
          const again = () => rank({ number, part, startedMs: nowMs });
          for (let isDone = false; !isDone;) ({ isDone } = await again().catch(again));
        }
        isOver = calls < fails;
        at = Infinity;
        const { ranks, number: made } = await read(ports.definitions);
        expect([made, ranks!['by-orders']!.people, ranks!['by-orders']!.bounds]).toEqual([number + 1, 3, [2]]);
      }
      expect(seen).toEqual(new Set(['GetItemCommand', 'ScanCommand', 'QueryCommand', 'PutItemCommand']));
    },
    120_000,
  );

  it('gives way to what is published meanwhile, which is counted anew', async () => {
    const ports = await home();
    await acceptEvents(ports)([buys('u1')]);
    const rank = rankProfiles(ports, { most: 10, atOnce: 1 });
    const { number } = ports.definitions.now.coverage;
    for (let part = 0; part < ports.fills.parts - 1; part++) await rank({ number, part, startedMs: nowMs });
    // Where this function has not read it yet, the table has.
    const later = { ...ports.definitions.now.coverage, number: number + 1 };
    await coverageIn(table).publish(later);
    await rank({ number, part: ports.fills.parts - 1, startedMs: nowMs });
    expect(await coverageIn(table).published()).toEqual(later);
    const { number: now } = await read(ports.definitions);
    expect(await rank({ number, part: 0, startedMs: nowMs })).toMatchObject({ isDone: true });
    for (let part = 0; part < ports.fills.parts; part++) await rank({ number: now, part, startedMs: nowMs });
    expect((await read(ports.definitions)).ranks!['by-orders']).toMatchObject({ people: 1 });
  });

  it('is begun once everybody is filled, once a night, and again where it stands still', async () => {
    const ports = await home();
    const begun: BegunRanking[] = [];
    const tick = beginRanking({ ...ports, begin: async (one) => void begun.push(one) });
    await acceptEvents(ports)([buys('u1')]);
    ports.definitions.publish({ ...documents, segments: [aSegment('best', { trait: 'by-orders', atLeast: 1 })] });
    await coverageIn(table).publish(ports.definitions.now.coverage);
    const { number } = ports.definitions.now.coverage;
    await tick();
    expect(begun).toEqual([]);
    const fillAll = async (of: number): Promise<void> => {
      for (let part = 0; part < ports.fills.parts; part++)
        await fillProfiles(ports, { most: 10, atOnce: 1 })({ number: of, part, startedMs: nowMs });
    };
    await fillAll(number);
    await tick();
    await tick();
    expect(begun).toMatchObject([{ number, startedMs: nowMs }]);
    const beganMs = nowMs;
    const rank = rankProfiles(ports, { most: 10, atOnce: 1 });
    await rank({ number, part: 0, startedMs: nowMs });
    nowMs += 16 * 60_000;
    await tick();
    expect(begun).toHaveLength(2);
    expect(begun[1]).toMatchObject({ number, startedMs: beganMs });
    for (let part = 0; part < ports.fills.parts; part++) await rank({ number, part, startedMs: beganMs });
    const { number: made } = await read(ports.definitions);
    await fillAll(made);
    await tick();
    expect(begun).toHaveLength(2);
    nowMs = Date.parse('2026-03-06T04:00Z');
    await tick();
    expect(begun).toHaveLength(3);
    expect(begun[2]).toMatchObject({ number: made });
  });

  it('reads nothing where no trait is a rank', async () => {
    const ports = await home();
    ports.definitions.publish(documentsOf());
    let calls = 0;
    table.client.middlewareStack.add((next) => (calls++, next), { step: 'initialize' });
    await beginRanking({ ...ports, begin: async () => expect.unreachable() })();
    expect(calls).toBe(0);
  });
});
