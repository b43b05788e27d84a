import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decideLoop } from '../../core/decide-loop.ts';
import { StoreContended, StoreUnavailable } from '../../core/failures.ts';
import type { Change } from '../../core/ports.ts';
import { DynamoProfileStore } from '../../functions/aws/profile-store.ts';
import { aFact, anEvent, aProfile, atMs } from '../contracts/rows.ts';
import { CountingIds } from '../fakes.ts';
import { aTable, type OpenTable } from './a-table.ts';
import { answer, broken, cancelled, faultyClient, timedOut, type Fault } from './faults.ts';

const clock = { nowMs: () => atMs, backOff: async () => undefined };

let table: OpenTable;
/** Faults of the requests to come, one for each; `undefined` lets one pass. */
let faults: (Fault | undefined)[];
let asked: string[];
let store: DynamoProfileStore;
beforeEach(async () => {
  table = await aTable();
  [faults, asked] = [[], []];
  const client = faultyClient(table.config, (command) => {
    asked.push(command);
    return faults.shift();
  });
  store = new DynamoProfileStore(client, table.name, clock);
});
afterEach(() => table.close());

const change = (over: Partial<Change> = {}): Change => ({
  attemptId: 'a1',
  profiles: [{ expectedVersion: 0, profile: aProfile('p1') }],
  events: [anEvent('p1', 'm1')],
  ...over,
});

const passing: readonly [string, Fault][] = [
  ['throttles the table', answer('ProvisionedThroughputExceededException')],
  ['throttles the account', answer('RequestLimitExceeded')],
  ['throttles requests', answer('ThrottlingException')],
  ['fails inside', answer('InternalServerError', {}, 500)],
  ['is not there', { answers: { status: 503, body: {} } }],
  ['takes too long', timedOut],
  ['hangs up', broken('ECONNRESET')],
  ['cannot be reached', broken('ECONNREFUSED')],
  ['cannot be found', broken('ENOTFOUND')],
  ['cannot be looked up just now', broken('EAI_AGAIN')],
];

describe('a service that', () => {
  it.each(passing)('%s leaves a commit unknown and a read to be tried again', async (_, fault) => {
    faults = [fault];
    await expect(store.commit(change())).rejects.toThrow(StoreUnavailable);
    expect(asked).toEqual(['TransactWriteItems']);
    faults = [fault];
    await expect(store.load('p1')).rejects.toThrow(StoreUnavailable);
    faults = [fault];
    await expect(store.seen(['p1'], ['m1'])).rejects.toThrow(StoreUnavailable);
  });

  it('throttles one row of a transaction leaves it to be tried again', async () => {
    for (const code of ['ThrottlingError', 'ProvisionedThroughputExceeded']) {
      faults = [cancelled('None', code)];
      await expect(store.commit(change())).rejects.toThrow(StoreUnavailable);
    }
    faults = [answer('TransactionInProgressException')];
    await expect(store.commit(change())).rejects.toThrow(StoreUnavailable);
  });

  it('says that others were first makes it a conflict', async () => {
    const contended = [
      cancelled('None', 'TransactionConflict'),
      cancelled('ConditionalCheckFailed', 'None'),
      cancelled('ThrottlingError', 'TransactionConflict'),
      answer('TransactionConflictException'),
    ];
    for (const fault of contended) {
      faults = [fault];
      expect(await store.commit(change())).toBe('conflict');
    }
    expect(await store.load('p1')).toBeUndefined();
  });

  it('refuses a request for good is an error of ours', async () => {
    for (const fault of [
      answer('ValidationException'),
      answer('AccessDeniedException'),
      cancelled('ValidationError'),
    ]) {
      faults = [fault];
      const failure = await store.commit(change()).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(Error);
      expect(failure).not.toBeInstanceOf(StoreUnavailable);
    }
  });

  it('answers only some keys is asked for the rest, and is throttled where it never answers them', async () => {
    await store.commit(change({ events: [anEvent('p1', 'm1'), anEvent('p1', 'm2')] }));
    const keys = ['m1', 'm2'].map((id) => ({ pk: { S: 'p#p1' }, sk: { S: `e#${id}` } }));
    const some: Fault = {
      answers: { status: 200, body: { Responses: {}, UnprocessedKeys: { [table.name]: { Keys: keys.slice(1) } } } },
    };
    faults = [some];
    expect([...(await store.seen(['p1'], ['m1', 'm2'])).keys()]).toEqual(['m2']);
    faults = Array.from({ length: 5 }, () => some);
    await expect(store.seen(['p1'], ['m1', 'm2'])).rejects.toThrow(StoreUnavailable);
  });
});

describe('the loop on the table', () => {
  /** Accepts one event as the use cases do: what its own attempt has written is done. */
  const accept = (eventId: string) =>
    decideLoop({ profiles: store, clock, ids: new CountingIds() }, async (attemptId) => {
      const loaded = await store.load('p1');
      const seen = (await store.seen(['p1'], [eventId])).get(eventId);
      if (seen !== undefined) return { answer: seen === attemptId ? 'accepted' : 'duplicate' };
      const count = Number(loaded?.profile.traits['count']?.value ?? 0) + 1;
      const base = loaded?.profile ?? aProfile('p1');
      const profile = { ...base, traits: { count: { value: count, ms: atMs, id: eventId } } };
      return {
        answer: 'accepted',
        change: {
          attemptId,
          profiles: [{ expectedVersion: loaded?.version ?? 0, profile }],
          events: [anEvent('p1', eventId, { attemptId })],
          facts: [aFact('counted')],
        },
      };
    });
  const count = async () => (await store.load('p1'))?.profile.traits['count']?.value;
  const pass = undefined;

  it('applies once what was carried out though its answer was lost', async () => {
    for (const [index, fault] of [timedOut, broken('ECONNRESET', { isAfter: true })].entries()) {
      faults = [pass, pass, fault];
      expect(await accept(`m${index}`)).toBe('accepted');
      expect(await count()).toBe(index + 1);
    }
    expect((await table.images()).filter((row) => row['t']).length).toBe(2);
  });

  it('applies once what failed before its effect', async () => {
    faults = [pass, pass, broken('ECONNRESET'), pass, pass, cancelled('TransactionConflict')];
    expect(await accept('m1')).toBe('accepted');
    expect(await count()).toBe(1);
    expect((await store.load('p1'))?.version).toBe(1);
  });

  it('gives up after eight tries, and says why', async () => {
    faults = Array.from({ length: 8 }, () => [pass, pass, answer('ThrottlingException')]).flat();
    const failure = await accept('m1').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StoreContended);
    expect((failure as Error).cause).toBeInstanceOf(StoreUnavailable);
    expect(await count()).toBeUndefined();
  });
});
