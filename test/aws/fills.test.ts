import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { publish } from '../../core/definitions.ts';
import type { FillProgress } from '../../core/ports.ts';
import { coverageAfter } from '../../core/segment/coverage.ts';
import { acceptEvents } from '../../functions/accept-events/accept-events.ts';
import { DynamoFills } from '../../functions/aws/fills.ts';
import { DynamoProfileStore } from '../../functions/aws/profile-store.ts';
import { beginFilling, type BegunFilling } from '../../functions/begin-rounds/begin-filling.ts';
import { fillProfiles } from '../../functions/fill-profiles/fill-profiles.ts';
import { anIdentify, aSegment, aTrack, documentsOf } from '../builders.ts';
import { fillsContract } from '../contracts/fills.ts';
import { CountingIds, TestDefinitions } from '../fakes.ts';
import { aTable, type OpenTable } from './a-table.ts';

const backOff = () => new Promise<void>((resolve) => setTimeout(resolve, 5));
const clockAt = (nowMs: () => number) => ({ nowMs, backOff });

fillsContract('DynamoDB', async () => {
  const table = await aTable();
  const profiles = new DynamoProfileStore(
    table.client,
    table.name,
    clockAt(() => 0),
  );
  return { fills: new DynamoFills(table.client, table.name), profiles, close: async () => table.close() };
});

/** Lets one call of a table's client fail. */
function faultIn({ client }: OpenTable, isLost: boolean) {
  let calls = 0;
  let at = Infinity;
  const seen = new Set<string>();
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const isNow = ++calls === at;
      if (isNow) seen.add(context.commandName ?? '');
      const fault = Object.assign(new Error('down'), { name: 'InternalServerError', $fault: 'server', $metadata: {} });
      if (isNow && !isLost) throw fault;
      const answer = await next(args);
      if (isNow) throw fault;
      return answer;
    },
    { step: 'initialize' },
  );
  return {
    seen,
    /** The call of this number fails, counted from now. */
    at: (call: number) => ([calls, at] = [0, call]),
    get happened() {
      return calls >= at;
    },
  };
}

describe('filling everybody over the table', () => {
  let table: OpenTable;
  let nowMs = Date.parse('2026-03-05T12:00Z');
  beforeEach(async () => {
    table = await aTable();
  });
  afterEach(() => table.close());

  const home = () => {
    const clock = clockAt(() => nowMs);
    const definitions = new TestDefinitions(documentsOf());
    definitions.nowMs = () => nowMs;
    const profiles = new DynamoProfileStore(table.client, table.name, clock);
    const fills = new DynamoFills(table.client, table.name);
    return { clock, definitions, profiles, ids: new CountingIds(), fills, failed: vi.fn() };
  };

  it('makes members of those who were there, though each batch is called twice and people merge meanwhile', async () => {
    const ports = home();
    const accept = acceptEvents(ports);
    const ids = Array.from({ length: 20 }, (_, index) => `u${index}`);
    for (const userId of ids) await accept([aTrack('Bought', {}, { userId, receivedMs: nowMs, occurredMs: nowMs })]);
    await accept([aTrack('Bought', {}, { anonymousId: 'a1', receivedMs: nowMs, occurredMs: nowMs })]);
    const often = aSegment('often', { did: 'Bought', atLeast: 2 });
    ports.definitions.publish(documentsOf({ segments: [aSegment('buyers', { did: 'Bought' }), often] }));
    const fill = fillProfiles(ports, { most: 3, atOnce: 2 });
    for (let part = 0; part < ports.fills.parts; part++) {
      if (part === 16) await accept([anIdentify({}, { userId: 'u3', anonymousId: 'a1', receivedMs: nowMs })]);
      let answers: readonly FillProgress[];
      do answers = await Promise.all([1, 2].map(() => fill({ number: 1, part, startedMs: nowMs })));
      while (!answers.every(({ isDone }) => isDone));
    }
    for (const userId of ids) {
      const [owner] = [...(await ports.profiles.owners([`userId:${userId}`])).values()];
      const { profile } = (await ports.profiles.load(owner!))!;
      expect(Object.keys(profile.segments)).toEqual(userId === 'u3' ? ['buyers', 'often'] : ['buyers']);
    }
  });

  it.each(['before it is made', 'when its answer is lost'])(
    'ends the same whichever call fails, %s, and is made again by a machine',
    async (when) => {
      const ports = home();
      const ids = Array.from({ length: 3 }, (_, index) => `u${index}`);
      const event = (userId: string) => aTrack('Bought', {}, { userId, receivedMs: nowMs, occurredMs: nowMs });
      for (const userId of ids) await acceptEvents(ports)([event(userId)]);
      const fault = faultIn(table, when === 'when its answer is lost');
      const fill = fillProfiles(ports, { most: 3, atOnce: 2 });
      const parts: number[] = [];
      for (let part = 0; part < ports.fills.parts; part++)
        if ((await ports.fills.people(part, undefined, 10)).profileIds.length > 0) parts.push(part);
      let isOver = false;
      for (let at = 1; !isOver; at++) {
        ports.definitions.publish(documentsOf({ segments: [aSegment(`s${at}`, { did: 'Bought' })] }));
        const { number } = ports.definitions.now.coverage;
        fault.at(at);
        for (const part of parts) {
          const again = () => fill({ number, part, startedMs: nowMs });
          await again().catch(again);
        }
        isOver = !fault.happened;
        fault.at(Infinity);
        for (const profileId of (
          await Promise.all(parts.map((part) => ports.fills.people(part, undefined, 10)))
        ).flatMap((page) => page.profileIds))
          expect((await ports.profiles.load(profileId))!.profile).toMatchObject({
            filled: number,
            segments: { [`s${at}`]: nowMs },
          });
      }
      expect(fault.seen).toEqual(
        new Set(['QueryCommand', 'ScanCommand', 'PutItemCommand', 'TransactWriteItemsCommand']),
      );
    },
  );

  it('is begun once, goes on where it stands still, and is left alone when it is over', async () => {
    const ports = home();
    const begun: BegunFilling[] = [];
    const tick = beginFilling({ ...ports, begin: async (one) => void begun.push(one) });
    await tick();
    expect(begun).toEqual([]);
    ports.definitions.publish(documentsOf({ segments: [aSegment('buyers', { did: 'Bought' })] }));
    await tick();
    expect(begun).toEqual([]);
    nowMs += 60_000;
    await tick();
    expect(begun).toHaveLength(1);
    const fill = fillProfiles(ports, { most: 3, atOnce: 2 });
    await fill({ number: 1, part: 0, startedMs: nowMs });
    await tick();
    expect(begun).toHaveLength(1);
    nowMs += 16 * 60_000;
    await tick();
    expect(begun.map(({ tried }) => tried)).toEqual([begun[0]!.tried, begun[0]!.tried + 1]);
    for (let part = 0; part < ports.fills.parts; part++) await fill({ number: 1, part, startedMs: nowMs });
    nowMs += 3_600_000;
    await tick();
    expect(begun).toHaveLength(2);
  });

  it('leaves to a later publication what an earlier one had not filled', async () => {
    const ports = home();
    const documents = documentsOf({ segments: [aSegment('buyers', { did: 'Bought' })] });
    ports.definitions.publish(documents);
    const next = documentsOf({ segments: [aSegment('buyers', { did: 'Bought', atLeast: 2 })] });
    ports.definitions.publish(next);
    expect(coverageAfter(ports.definitions.now.coverage, next, publish(next), 0).number).toBe(2);
    const answer = await fillProfiles(ports, { most: 3, atOnce: 2 })({ number: 1, part: 0, startedMs: nowMs });
    expect(answer).toMatchObject({ isDone: true, people: 0 });
  });
});
