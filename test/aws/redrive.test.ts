import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OutgoingFact } from '../../core/ports.ts';
import { Bus } from '../../functions/aws/bus.ts';
import { DynamoProfileStore } from '../../functions/aws/profile-store.ts';
import { parseRedrive, redrive, type RedriveOptions } from '../../functions/aws/redrive.ts';
import { StreamRelay } from '../../functions/aws/relay.ts';
import { memberKey } from '../../functions/aws/table/memberships.ts';
import { keyOf, Table } from '../../functions/aws/table/table.ts';
import { aFact, anEvent, aProfile, atMs } from '../contracts/rows.ts';
import { aTable, type OpenTable } from './a-table.ts';
import { anAccount } from './doubles/clients.ts';
import { asLambdaRecords } from './lambda-records.ts';

const minuteMs = 60_000;
const profileTask = (over: object = {}) => parseRedrive({ kind: 'profile', profileId: 'p1', ...over });

/** A home with a queue of records put aside, and a bus that refuses the facts of some names. */
let table: OpenTable;
let store: DynamoProfileStore;
let options: RedriveOptions;
let published: OutgoingFact[];
let refused: Set<string>;
let failures: string[];
let clock: { ms: number; nowMs: () => number; backOff: () => Promise<void> };
beforeEach(async () => {
  table = await aTable();
  [published, refused, failures] = [[], new Set(), []];
  clock = { ms: atMs, nowMs: () => clock.ms, backOff: async () => undefined };
  store = new DynamoProfileStore(table.client, table.name, clock);
  const queues = new SQSClient(await anAccount());
  const { QueueUrl } = await queues.send(new CreateQueueCommand({ QueueName: 'dead' }));
  options = {
    client: table.client,
    tableName: table.name,
    queues,
    deadQueueUrl: QueueUrl!,
    clock,
    bus: {
      publish: async (facts) => {
        published.push(...facts.filter(({ name }) => !refused.has(name)));
        return facts.filter(({ name }) => refused.has(name));
      },
    },
    onFailed: (_, error) => failures.push(String(error)),
  };
});
afterEach(() => table.close());

const tell = (version: number, names: readonly string[], events: readonly string[] = []): Promise<string> =>
  store.commit({
    attemptId: `a${version}`,
    profiles: [{ expectedVersion: version - 1, profile: aProfile('p1') }],
    events: events.map((eventId) => anEvent('p1', eventId)),
    facts: names.map((name) => aFact(name, { atMs: atMs + version })),
  });
const send = (body: string) =>
  options.queues.send(new SendMessageCommand({ QueueUrl: options.deadQueueUrl, MessageBody: body }));
const namesOf = (facts: readonly OutgoingFact[]): readonly string[] => facts.map(({ name }) => name).sort();
/** Messages that are there to be taken, and those that somebody has taken. */
async function left(): Promise<readonly [string | undefined, string | undefined]> {
  const { Attributes = {} } = await options.queues.send(
    new GetQueueAttributesCommand({ QueueUrl: options.deadQueueUrl, AttributeNames: ['All'] }),
  );
  return [Attributes.ApproximateNumberOfMessages, Attributes.ApproximateNumberOfMessagesNotVisible];
}
/** What the relay puts aside while the bus takes nothing. */
async function bury(): Promise<void> {
  const { bus, ...rest } = options;
  const relay = new StreamRelay({
    ...rest,
    bus: { ...bus, publish: async (facts) => facts },
    onDead: () => undefined,
  });
  await relay.carry(asLambdaRecords(await table.records()));
}

describe('redrive of records', () => {
  it('carries what the relay put aside, and takes each away once it was carried', async () => {
    await tell(1, ['Signed Up'], ['m1']);
    await tell(2, ['Ordered']);
    await bury();
    expect(await left()).toEqual(['2', '0']);
    expect(await redrive(options, { kind: 'records' }, 15 * minuteMs)).toEqual({
      carried: 2,
      failed: 0,
      isMore: false,
    });
    expect(namesOf(published)).toEqual(['Ordered', 'Signed Up']);
    expect(published[0]).toMatchObject({ profileId: 'p1', detail: { eventId: expect.any(String) } });
    expect(await left()).toEqual(['0', '0']);
  });

  it('leaves what fails again where it is, once, to be seen at once by the next call', async () => {
    await tell(1, ['Signed Up'], ['m1']);
    await tell(2, ['Ordered']);
    await bury();
    refused.add('Ordered');
    const answer = { carried: 1, failed: 1, isMore: false };
    expect(await redrive(options, { kind: 'records' }, 15 * minuteMs)).toEqual(answer);
    expect(await left()).toEqual(['1', '0']);
    expect(await redrive(options, { kind: 'records' }, 15 * minuteMs)).toEqual({ ...answer, carried: 0 });
    expect(failures).toHaveLength(2);
    refused.clear();
    expect(await redrive(options, { kind: 'records' }, 15 * minuteMs)).toEqual({ ...answer, failed: 0 });
    expect(namesOf(published)).toEqual(['Ordered', 'Signed Up']);
    expect(await left()).toEqual(['0', '0']);
  });

  it('never takes away what is no record', async () => {
    for (const body of ['{', '{}', '{"dynamodb":{}}', 'null']) await send(body);
    expect(await redrive(options, { kind: 'records' }, 15 * minuteMs)).toMatchObject({ carried: 0, failed: 4 });
    expect(await left()).toEqual(['4', '0']);
  });

  it('keeps a record whose carrying was lost with its function', async () => {
    await tell(1, ['Signed Up'], ['m1']);
    await bury();
    // A call that died: it had taken the message, and never said more.
    const taken = await options.queues.send(
      new ReceiveMessageCommand({ QueueUrl: options.deadQueueUrl, VisibilityTimeout: 1 }),
    );
    expect(taken.Messages).toHaveLength(1);
    await expect.poll(left, { timeout: 5_000 }).toEqual(['1', '0']);
    expect(await redrive(options, { kind: 'records' }, 15 * minuteMs)).toMatchObject({ carried: 1 });
  });

  it('stops when its time is over, and says that more is left', async () => {
    for (let version = 1; version <= 25; version++) await tell(version, [`Fact ${version}`]);
    await bury();
    const { bus } = options;
    const slow: RedriveOptions = {
      ...options,
      bus: {
        publish: (facts) => {
          clock.ms += 3_000;
          return bus.publish(facts);
        },
      },
    };
    // A minute is kept for what was begun.
    expect(await redrive(slow, { kind: 'records' }, minuteMs)).toEqual({ carried: 0, failed: 0, isMore: true });
    const first = await redrive(slow, { kind: 'records' }, 15 * minuteMs);
    expect(first).toEqual({ carried: 20, failed: 0, isMore: true });
    expect(await redrive(slow, { kind: 'records' }, 15 * minuteMs)).toEqual({ carried: 5, failed: 0, isMore: false });
    expect(new Set(namesOf(published)).size).toBe(25);
  });

  it('puts the members right by the person as they are now, not as the record says', async () => {
    const profiles = (expectedVersion: number, segments: { [id: string]: number }) => [
      { expectedVersion, profile: aProfile('p1', { segments }) },
    ];
    await store.commit({ attemptId: 'a1', profiles: profiles(0, { loyal: atMs }) });
    const [record] = asLambdaRecords(await table.records()).filter(({ dynamodb }) => dynamodb?.NewImage?.['mc']);
    await send(JSON.stringify(record));
    await store.commit({ attemptId: 'a2', profiles: profiles(1, { buyers: atMs + 1 }) });
    const rows = new Table(table.client, table.name);
    await rows.put(keyOf(memberKey('segment', 'loyal', 'p1', atMs)));
    expect(await redrive(options, { kind: 'records' }, 15 * minuteMs)).toMatchObject({ carried: 1 });
    expect(await rows.row(memberKey('segment', 'loyal', 'p1', atMs))).toBeUndefined();
  });
});

describe('redrive of a person', () => {
  it('publishes what their own rows tell, of events and of commits without one', async () => {
    await tell(1, ['Signed Up'], ['m1']);
    await tell(2, ['Ordered']);
    const task = profileTask();
    const answer = { carried: 2, failed: 0, isMore: false, isKnown: true };
    expect(await redrive(options, task, 15 * minuteMs)).toEqual(answer);
    expect(await redrive(options, task, 15 * minuteMs)).toEqual(answer);
    expect(namesOf(published)).toEqual(['Ordered', 'Ordered', 'Signed Up', 'Signed Up']);
    expect(published[0]).toEqual(published[2]);
  });

  it('publishes only what was committed since an instant, and nothing that nobody listens to', async () => {
    await tell(1, ['Signed Up'], ['m1']);
    await tell(2, ['Ordered']);
    const quiet = aFact('Read', { atMs: atMs + 3, isOutgoing: false });
    await store.commit({
      attemptId: 'a3',
      profiles: [{ expectedVersion: 2, profile: aProfile('p1') }],
      facts: [quiet],
    });
    await redrive(options, profileTask({ since: new Date(atMs + 2).toISOString() }), 15 * minuteMs);
    expect(namesOf(published)).toEqual(['Ordered']);
  });

  it('goes on from where an earlier call came to, and misses nothing', async () => {
    for (let version = 1; version <= 205; version++) await tell(version, [`Fact ${version}`], [`m${version}`]);
    await tell(206, ['Fact 206']);
    const { bus } = options;
    const slow: RedriveOptions = {
      ...options,
      bus: {
        publish: (facts) => {
          clock.ms += 60_000;
          return bus.publish(facts);
        },
      },
    };
    const first = await redrive(slow, profileTask(), 15 * minuteMs);
    expect(first).toMatchObject({ carried: 200, isMore: true });
    const second = await redrive(slow, profileTask({ after: first.next }), 15 * minuteMs);
    expect(second).toEqual({ carried: 6, failed: 0, isMore: false, isKnown: true });
    expect(new Set(namesOf(published)).size).toBe(206);
  });

  it('tells of facts that the bus does not take, however often it is asked', async () => {
    await tell(1, ['Signed Up', 'Ordered'], ['m1']);
    refused.add('Ordered');
    expect(await redrive(options, profileTask(), 15 * minuteMs)).toMatchObject({ carried: 1, failed: 1 });
    expect(failures).toEqual(['Error: The bus did not take it.']);
    const broken = { ...options, bus: { publish: () => Promise.reject(new Error('down')) } };
    expect(await redrive(broken, profileTask(), 15 * minuteMs)).toMatchObject({ carried: 0, failed: 2 });
    expect(failures.slice(1)).toEqual(['Error: down', 'Error: down']);
  });

  it('puts them on the lists that they are on now, and takes them off those of before', async () => {
    const profiles = (expectedVersion: number, ids: { [id: string]: number }) => [
      { expectedVersion, profile: aProfile('p1', { segments: ids, audiences: ids }) },
    ];
    const entered = (id: string, ms: number, of: string) =>
      aFact(id, { kind: 'segment', atMs: ms, detail: { edge: 'entered', of }, isOutgoing: false });
    const facts = [entered('loyal', atMs, 'segment'), entered('loyal', atMs, 'audience')];
    await store.commit({ attemptId: 'a1', profiles: profiles(0, { loyal: atMs }), facts });
    const rows = new Table(table.client, table.name);
    const is = async (id: string, ms: number, kind: 'segment' | 'audience' = 'segment'): Promise<boolean> =>
      (await rows.row(memberKey(kind, id, 'p1', ms))) !== undefined;
    await redrive(options, profileTask(), 15 * minuteMs);
    expect([await is('loyal', atMs), await is('loyal', atMs, 'audience')]).toEqual([true, true]);
    await store.commit({ attemptId: 'a2', profiles: profiles(1, { buyers: atMs + 5 }) });
    await redrive(options, profileTask(), 15 * minuteMs);
    expect([await is('loyal', atMs), await is('buyers', atMs + 5)]).toEqual([false, true]);
    expect([await is('loyal', atMs, 'audience'), await is('buyers', atMs + 5, 'audience')]).toEqual([false, true]);
  });

  it('leaves no list older than a commit that came in between', async () => {
    const profiles = (expectedVersion: number, segments: { [id: string]: number }) => [
      { expectedVersion, profile: aProfile('p1', { segments }) },
    ];
    await store.commit({ attemptId: 'a1', profiles: profiles(0, { loyal: atMs }) });
    // They leave the segment, and the relay takes them off its list, before redrive has put them there.
    const client = new DynamoDBClient(table.config);
    let isBefore = true;
    client.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName === 'PutItemCommand' && isBefore) {
          isBefore = false;
          await store.commit({ attemptId: 'a2', profiles: profiles(1, {}) });
        }
        return next(args);
      },
      { step: 'initialize', name: 'between' },
    );
    expect(await redrive({ ...options, client }, profileTask(), 15 * minuteMs)).toMatchObject({ failed: 0 });
    expect(isBefore).toBe(false);
    expect(await new Table(table.client, table.name).row(memberKey('segment', 'loyal', 'p1', atMs))).toBeUndefined();
  });

  it('says so where there is no such person', async () => {
    const task = profileTask({ profileId: 'nobody' });
    expect(await redrive(options, task, 15 * minuteMs)).toEqual({
      carried: 0,
      failed: 0,
      isMore: false,
      isKnown: false,
    });
  });
});

describe('a task of redrive', () => {
  it.each([undefined, {}, { kind: 'profile' }, { kind: 'all' }, { kind: 'profile', profileId: 'p', since: 'monday' }])(
    'is refused: %j',
    (input) => expect(() => parseRedrive(input)).toThrow(/Redrive takes|"since" is an instant/),
  );
});

describe('facts that are published again', () => {
  it('reach the bus as they did the first time', async () => {
    const client = new EventBridgeClient(await anAccount());
    await client.send(new CreateEventBusCommand({ Name: 'facts' }));
    await tell(1, ['Signed Up'], ['m1']);
    const onMoto = { ...options, bus: new Bus(client, 'facts') };
    expect(await redrive(onMoto, profileTask(), 15 * minuteMs)).toMatchObject({ carried: 1, failed: 0 });
  });
});
