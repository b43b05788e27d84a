import {
  CreateEventBusCommand,
  EventBridgeClient,
  EventBridgeServiceException,
  PutRuleCommand,
  PutTargetsCommand,
  type PutEventsCommandInput,
  type PutEventsCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBRecord } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change, Fact } from '../../core/ports.ts';
import { Bus, factOf, type CarriedFact } from '../../functions/aws/bus.ts';
import { DynamoProfileStore } from '../../functions/aws/profile-store.ts';
import { StreamRelay } from '../../functions/aws/relay.ts';
import { memberKey } from '../../functions/aws/table/memberships.ts';
import { Table } from '../../functions/aws/table/table.ts';
import { aFact, anEvent, aProfile, atMs } from '../contracts/rows.ts';
import { aTable, type OpenTable } from './a-table.ts';
import { anAccount } from './doubles/clients.ts';
import { answer, faultyClient, type Fault } from './faults.ts';
import { asLambdaRecords } from './lambda-records.ts';

let table: OpenTable;
let store: DynamoProfileStore;
let events: EventBridgeClient;
let queues: SQSClient;
let deadQueueUrl: string;
let listenerUrl: string;
/** What the bus does with an entry of a request instead of taking it. */
let refuses: (request: number, entry: number) => boolean | 'all' | 'invalid';
/** Names of the facts in each request. */
let asked: (readonly string[])[];
let dead: { readonly record: DynamoDBRecord; readonly error: unknown }[];
let faultOf: (command: string) => Fault | undefined;
let relay: StreamRelay;

beforeEach(async () => {
  table = await aTable();
  store = new DynamoProfileStore(table.client, table.name, { nowMs: () => atMs });
  const account = await anAccount();
  events = new EventBridgeClient(account);
  queues = new SQSClient(account);
  [asked, dead] = [[], []];
  [refuses, faultOf] = [() => false, () => undefined];
  await events.send(new CreateEventBusCommand({ Name: 'bus' }));
  const made = async (QueueName: string) => (await queues.send(new CreateQueueCommand({ QueueName }))).QueueUrl!;
  [deadQueueUrl, listenerUrl] = [await made('dead'), await made('listener')];
  const rule = { Name: 'all', EventBusName: 'bus' };
  await events.send(new PutRuleCommand({ ...rule, EventPattern: JSON.stringify({ source: ['sojourn'] }) }));
  const Arn = `arn:aws:sqs:us-east-1:${account.accountId}:listener`;
  await events.send(new PutTargetsCommand({ Rule: 'all', EventBusName: 'bus', Targets: [{ Id: 'q', Arn }] }));
  standAroundBus();
  const client = faultyClient(table.config, (command) => faultOf(command));
  relay = new StreamRelay({
    client,
    tableName: table.name,
    bus: new Bus(events, 'bus'),
    queues,
    deadQueueUrl,
    clock: { backOff: async () => undefined },
    onDead: (record, error) => dead.push({ record, error }),
  });
});
afterEach(() => table.close());

const invalid = new EventBridgeServiceException({ name: 'ValidationException', $fault: 'client', $metadata: {} });
/** Refused entries do not reach the bus; an answer names each by its place. */
function standAroundBus(): void {
  events.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName !== 'PutEventsCommand') return next(args);
        const all = (args.input as PutEventsCommandInput).Entries ?? [];
        const names = all.map(({ Detail }) => (JSON.parse(Detail!) as { readonly name: string }).name);
        const request = asked.push(names) - 1;
        const isRefused = all.map((_, entry) => refuses(request, entry));
        if (isRefused.includes('all')) throw Object.assign(new Error('hung up'), { code: 'ECONNRESET' });
        if (isRefused.includes('invalid')) throw invalid;
        const Entries = all.filter((_, entry) => !isRefused[entry]);
        if (Entries.length > 0) await next({ ...args, input: { Entries } });
        const output: Partial<PutEventsCommandOutput> = {
          FailedEntryCount: all.length - Entries.length,
          Entries: isRefused.map((one, entry) =>
            one ? { ErrorCode: 'ThrottlingException' } : { EventId: `${entry}` },
          ),
        };
        return { output: output as never, response: {} };
      },
    { step: 'initialize' },
  );
}

const messages = async (url: string): Promise<readonly unknown[]> => {
  const found: unknown[] = [];
  for (;;) {
    const { Messages = [] } = await queues.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }));
    if (Messages.length === 0) return found;
    found.push(...Messages.map(({ Body }) => JSON.parse(Body!) as unknown));
  }
};
/** Facts that a rule of the bus handed on. */
const heard = async () =>
  (await messages(listenerUrl)).map((message) => {
    const { 'detail-type': kind, detail } = message as {
      'detail-type': CarriedFact['kind'];
      detail: CarriedFact['detail'];
    };
    return factOf({ kind, detail });
  });
const names = async () => (await heard()).map((fact) => fact.name).sort();
const records = async () => asLambdaRecords(await table.records());
const carry = async () => relay.carry(await records());

let version = 0;
beforeEach(() => {
  version = 0;
});
const commit = async (facts: readonly Fact[] = [], over: Partial<Change> = {}, profile = aProfile('p1')) => {
  const profiles = [{ expectedVersion: version++, profile }];
  expect(await store.commit({ attemptId: 'a1', profiles, facts, ...over })).toBe('committed');
};

describe('facts', () => {
  it('reach whoever listens as they were committed, and quiet ones do not', async () => {
    const entered = aFact('loyal', { kind: 'segment', detail: { edge: 'entered', list: [1, { two: null }] } });
    await commit([aFact('quiet', { isOutgoing: false }), entered]);
    await commit([aFact('Viewed')], { events: [anEvent('p1', 'm1')] });
    await carry();
    const facts = (await heard()).toSorted((one, other) => one.version - other.version);
    expect(facts).toEqual([
      { ...entered, version: 1, index: 1 },
      { ...aFact('Viewed'), version: 2, index: 0 },
    ]);
  });

  it('keep their own place where they tell of one themselves', async () => {
    await commit([aFact('Viewed', { detail: { name: 'a product', profileId: 'other', version: 'two' } })]);
    await carry();
    expect(await heard()).toMatchObject([{ name: 'Viewed', profileId: 'p1', version: 1 }]);
  });

  it('go ten at a time, and those of a large request apart', async () => {
    const large = { text: 'x'.repeat(60_000) };
    const all = Array.from({ length: 23 }, (_, index) => aFact(`n${index}`));
    const more = Array.from({ length: 6 }, (_, index) => aFact(`l${index}`, { detail: large }));
    await commit(all);
    await commit(more);
    await carry();
    expect(asked.map((one) => one.length)).toEqual([10, 10, 7, 2]);
    expect((await names()).length).toBe(29);
  });

  it('that were refused singly are put again, and no other is', async () => {
    await commit(['a', 'b', 'c'].map((name) => aFact(name)));
    refuses = (request, entry) => request < 2 && entry === request;
    await carry();
    expect(asked).toEqual([['a', 'b', 'c'], ['a']]);
    expect(await names()).toEqual(['a', 'b', 'c']);
    expect(dead).toEqual([]);
  });

  it('are put again where the whole request failed', async () => {
    await commit(['a', 'b'].map((name) => aFact(name)));
    refuses = (request) => (request < 3 ? 'all' : false);
    await carry();
    expect(await names()).toEqual(['a', 'b']);
    expect(dead).toEqual([]);
  });

  it('that are never taken leave their whole record with the dead letters, and others go on', async () => {
    await commit([aFact('a')]);
    await commit([aFact('poison')], { events: [anEvent('p1', 'm1')] });
    await commit([aFact('b')]);
    refuses = (request, entry) => asked[request]![entry] === 'poison';
    await carry();
    expect(asked.length).toBe(4);
    expect(await names()).toEqual(['a', 'b']);
    const buried = (await records()).filter((one) => one.dynamodb?.Keys?.['sk']?.S === 'e#m1');
    expect(buried).toHaveLength(1);
    expect(await messages(deadQueueUrl)).toEqual(buried);
    expect(dead.map(({ record }) => record)).toEqual(buried);
    // What lies there is enough to carry it once more.
    refuses = () => false;
    await relay.carry(buried);
    expect(await names()).toEqual(['poison']);
  });

  it('of a request that fails do not keep back those of another', async () => {
    await commit(Array.from({ length: 12 }, (_, index) => aFact(`n${index}`)));
    refuses = (request) => (request === 0 ? 'all' : false);
    await carry();
    expect(asked.map((one) => one.length)).toEqual([10, 2, 10]);
    expect(await names()).toHaveLength(12);
  });

  it('that the bus does not understand are buried alone', async () => {
    await commit([aFact('huge', { detail: { text: 'x'.repeat(300_000) } })], {}, aProfile('p1'));
    await commit([aFact('odd')]);
    await commit(Array.from({ length: 12 }, (_, index) => aFact(`n${index}`)));
    refuses = (request) => (asked[request]!.some((name) => name === 'odd' || name === 'huge') ? 'invalid' : false);
    await carry();
    expect(await names()).toHaveLength(12);
    expect(dead.map(({ record }) => record.dynamodb?.Keys?.['sk']?.S)).toEqual(['f#0000000001', 'f#0000000002']);
  });

  it('that not even the dead letters take make the batch come again', async () => {
    await commit([aFact('a')]);
    refuses = () => true;
    const client = new SQSClient({ ...(await anAccount()) });
    const lost = new StreamRelay({
      client: table.client,
      tableName: table.name,
      bus: new Bus(events, 'bus'),
      queues: client,
      deadQueueUrl: deadQueueUrl.replace(/\d{12}/, '111111111111'),
      clock: { backOff: async () => undefined },
      onDead: () => undefined,
    });
    await expect(lost.carry(await records())).rejects.toThrow();
  });
});

describe('memberships', () => {
  const isListed = async (profileId: string, sinceMs: number) =>
    (await new Table(table.client, table.name).row(memberKey('segment', 'loyal', profileId, sinceMs))) !== undefined;
  const member = (sinceMs: number) => aProfile('p1', { segments: { loyal: sinceMs } });

  it('are listed when they begin, moved when they are dated anew, and taken away when they end', async () => {
    await commit([], {}, member(atMs));
    await carry();
    expect(await isListed('p1', atMs)).toBe(true);
    await commit([], {}, member(atMs + 5));
    await carry();
    expect([await isListed('p1', atMs), await isListed('p1', atMs + 5)]).toEqual([false, true]);
    await commit();
    await carry();
    expect([await isListed('p1', atMs), await isListed('p1', atMs + 5)]).toEqual([false, false]);
  });

  it('are listed as they are now, however late what was before them comes', async () => {
    await commit([], {}, member(atMs));
    await commit();
    await commit([], {}, member(atMs + 5));
    const all = await records();
    for (const late of [all, all.toReversed(), all.slice(0, 1), all.slice(1, 3)]) {
      await relay.carry(late);
      expect([await isListed('p1', atMs), await isListed('p1', atMs + 5)]).toEqual([false, true]);
    }
  });

  it('that could not be listed at once are tried again, and nothing is buried', async () => {
    await commit([], {}, member(atMs));
    let left = 3;
    faultOf = (command) => (command === 'PutItem' && left-- > 0 ? answer('ThrottlingException') : undefined);
    await carry();
    expect(await isListed('p1', atMs)).toBe(true);
    expect(await messages(deadQueueUrl)).toEqual([]);
  });

  it('that could not be listed leave their record with the dead letters, and facts of it go out', async () => {
    await commit([aFact('a')], {}, member(atMs));
    faultOf = (command) => (command === 'PutItem' ? answer('ThrottlingException') : undefined);
    await carry();
    expect(await names()).toEqual(['a']);
    const [hot] = (await records()).filter((one) => one.dynamodb?.NewImage?.['mc']);
    expect(await messages(deadQueueUrl)).toEqual([hot]);
    faultOf = () => undefined;
    await relay.carry([hot!]);
    expect(await isListed('p1', atMs)).toBe(true);
  });
});

describe('rows that cannot be read', () => {
  /** As a later release might pack it. */
  const inLaterForm = (record: DynamoDBRecord, name: 't' | 'mc'): DynamoDBRecord => ({
    ...record,
    dynamodb: { ...record.dynamodb, NewImage: { ...record.dynamodb!.NewImage, [name]: { B: 'CQk=' } } },
  });

  it('are buried alone and at once, whether facts or memberships are what is not understood', async () => {
    await commit([aFact('a')]);
    await commit([aFact('later')], { events: [anEvent('p1', 'm1')] });
    await commit([aFact('b')], {}, aProfile('p1', { segments: { loyal: atMs } }));
    const all = await records();
    const isLater = (record: DynamoDBRecord) => record.dynamodb?.Keys?.['sk']?.S === 'e#m1';
    const isListing = (record: DynamoDBRecord) => record.dynamodb?.NewImage?.['mc'] !== undefined;
    const given = all.map((one) =>
      isLater(one) ? inLaterForm(one, 't') : isListing(one) ? inLaterForm(one, 'mc') : one,
    );
    await relay.carry(given);
    expect(await names()).toEqual(['a', 'b']);
    const unread = given.filter((one) => isLater(one) || isListing(one));
    expect(unread).toHaveLength(2);
    expect(await messages(deadQueueUrl)).toEqual(unread);
    expect(dead.map(({ error }) => String(error))).toEqual(
      Array.from({ length: 2 }, () => 'RangeError: A row is packed in form 9, which a later release wrote.'),
    );
    // Nobody waited for another try.
    expect(asked).toHaveLength(1);
    // Once the release that wrote them is back, they are carried.
    await relay.carry(all.filter((one) => isLater(one)));
    expect(await names()).toEqual(['later']);
  });

  it('of which not even the keys are as they should be are buried too', async () => {
    await commit([aFact('a')]);
    const [fact] = (await records()).filter((one) => one.dynamodb?.NewImage?.['t']);
    const { pk: _, ...rest } = fact!.dynamodb!.NewImage!;
    await relay.carry([{ ...fact!, dynamodb: { ...fact!.dynamodb, NewImage: rest } }, fact!]);
    expect(dead).toHaveLength(1);
    expect(await names()).toEqual(['a']);
  });
});

it('a record that was taken away by its time tells nothing', async () => {
  await relay.carry([
    { eventID: '1', eventName: 'REMOVE', dynamodb: { Keys: { pk: { S: 'p#p1' }, sk: { S: 'e#m1' } } } },
  ]);
  expect(asked).toEqual([]);
});
