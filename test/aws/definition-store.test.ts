import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashOf } from '../../core/definitions.ts';
import { VersionUnknown } from '../../core/failures.ts';
import type { Documents } from '../../core/journey/document.ts';
import { DynamoDefinitions } from '../../functions/aws/definition-store.ts';
import type { PublishedTemplate } from '../../functions/parts/content/renderer.ts';
import { aJourney, aSegment, aVersion, documentsOf } from '../builders.ts';
import { aTable, type OpenTable } from './a-table.ts';
import { broken, faultyClient, type Fault } from './faults.ts';
import { publishInto } from './publish-into.ts';

let table: OpenTable;
let nowMs: number;
let faultOf: (command: string, input: object) => Fault | undefined;
let asked: number;
let store: DynamoDefinitions;
const client = () =>
  faultyClient(table.config, (command, input) => {
    asked++;
    return faultOf(command, input);
  });
const opened = () => new DynamoDefinitions(client(), table.name, { nowMs: () => nowMs });
beforeEach(async () => {
  table = await aTable();
  [nowMs, asked, faultOf] = [1_000_000, 0, () => undefined];
  store = opened();
});
afterEach(() => table.close());

const waiting = (wait: string) => [{ id: 'wait', wait }] as const;
/** A workspace of one journey, which waits so long. */
const documents = (wait: string, over: Partial<Documents> = {}): Documents =>
  documentsOf({ journeys: [aJourney({ steps: waiting(wait) })], ...over });
const versionOf = (wait: string) => aVersion({ steps: waiting(wait) }).version;
const publish = (of: Documents, arn = 'arn:cart:1', templates: readonly PublishedTemplate[] = []) =>
  publishInto(
    client(),
    table.name,
    { hash: hashOf(of), documents: of, templates },
    new Map(of.journeys.map(({ id }) => [id, arn])),
  );
const isCurrent = (_: string, input: object) =>
  JSON.stringify(input).includes('"sk":{"S":"current"}') && 'Item' in input;

describe('documents in the table', () => {
  it('are unknown until some are published', async () => {
    await expect(store.current()).rejects.toThrow(VersionUnknown);
    await expect(store.journey('cart', 'v1')).rejects.toThrow(VersionUnknown);
    await expect(store.machineArn('cart', 'v1')).rejects.toThrow(VersionUnknown);
    await expect(store.templates('none')).rejects.toThrow(VersionUnknown);
    expect(await store.journeyIds()).toEqual([]);
  });

  it('come back as they were published, compiled, to whoever asks', async () => {
    const segments = [aSegment('loyal', { did: 'Bought', atLeast: 2 })];
    const of = documents('P1D', { segments });
    await publish(of);
    const current = await opened().current();
    expect(current.hash).toBe(hashOf(of));
    expect(current.workspace).toEqual(of.workspace);
    expect(current.segments.map(({ id }) => id)).toEqual(['loyal']);
    expect(current.journeys.get('cart')?.version).toBe(versionOf('P1D'));
    expect(await opened().machineArn('cart', versionOf('P1D'))).toBe('arn:cart:1');
    expect(await store.journeyIds()).toEqual(['cart']);
  });

  it('may be published again, which changes nothing', async () => {
    await publish(documents('P1D'));
    const before = (await table.images()).length;
    await publish(documents('P1D'));
    const images = (await table.images()).map((row) => JSON.stringify(row));
    expect(new Set(images.slice(before)).difference(new Set(images.slice(0, before)))).toEqual(new Set());
    expect((await opened().current()).journeys.get('cart')?.version).toBe(versionOf('P1D'));
  });

  it('of a publishing that was cut off anywhere leave the old ones current, and a second try ends it', async () => {
    await publish(documents('P1D'));
    const next = documents('P2D');
    let writes = 0;
    faultOf = (command, input) => {
      if (command === 'PutItem' || command === 'UpdateItem') writes++;
      return isCurrent(command, input) ? broken('ECONNRESET') : undefined;
    };
    await expect(publish(next)).rejects.toThrow();
    const all = writes;
    for (let cut = 1; cut <= all; cut++) {
      writes = 0;
      faultOf = (command) =>
        (command === 'PutItem' || command === 'UpdateItem') && ++writes === cut ? broken('ECONNRESET') : undefined;
      await expect(publish(next)).rejects.toThrow();
      expect((await opened().current()).journeys.get('cart')?.version).toBe(versionOf('P1D'));
    }
    faultOf = () => undefined;
    await publish(next);
    expect((await opened().current()).journeys.get('cart')?.version).toBe(versionOf('P2D'));
  });

  it('that name no state machine for a journey are not made current', async () => {
    await publish(documents('P1D'));
    const of = documents('P2D');
    const nameless = { hash: 'next', documents: of, templates: [] };
    await expect(publishInto(client(), table.name, nameless, new Map())).rejects.toThrow(
      'No state machine was named for the journey cart.',
    );
    expect((await opened().current()).journeys.get('cart')?.version).toBe(versionOf('P1D'));
  });

  it('of more than a row holds come back whole', async () => {
    // What is random does not pack.
    const noise = (bytes: number) => randomBytes(bytes).toString('base64');
    const segments = Array.from({ length: 12 }, (_, index) =>
      aSegment(`s${index}`, { trait: 'code', is: noise(75_000) }),
    );
    const templates = [{ id: 'hello', text: noise(900_000) }] as unknown as readonly PublishedTemplate[];
    const of = documents('P1D', { segments });
    await publish(of, 'arn:cart:1', templates);
    const parts = (await table.images()).filter((row) => row['pk']!.S!.startsWith('definitions#'));
    expect(parts.length).toBeGreaterThan(4);
    for (const part of parts) expect(part['b']!.B!.length).toBeLessThan(400_000);
    const other = opened();
    expect((await other.current()).segments).toHaveLength(12);
    expect(await other.templates(hashOf(of))).toEqual(templates);
  });

  it('are looked for every five seconds, and read only where others are current', async () => {
    await publish(documents('P1D'));
    const first = await store.current();
    const before = asked;
    nowMs += 4_999;
    await publish(documents('P2D'));
    const published = asked;
    expect(await store.current()).toBe(first);
    expect(asked).toBe(published);
    nowMs += 1;
    expect((await store.current()).journeys.get('cart')?.version).toBe(versionOf('P2D'));
    nowMs += 5_000;
    const known = asked;
    await store.current();
    expect(asked - known).toBe(1);
    expect(before).toBeLessThan(published);
  });

  it('leave the versions of before loadable, each with the machine that runs it', async () => {
    await publish(documents('P1D'), 'arn:cart:1');
    await publish(documents('P2D'), 'arn:cart:2');
    await publish(documentsOf(), 'none');
    const other = opened();
    await other.current();
    expect((await other.journey('cart', versionOf('P1D'))).document.steps).toEqual(waiting('P1D'));
    expect((await other.journey('cart', versionOf('P2D'))).document.steps).toEqual(waiting('P2D'));
    expect(await other.machineArn('cart', versionOf('P1D'))).toBe('arn:cart:1');
    expect(await other.machineArn('cart', versionOf('P2D'))).toBe('arn:cart:2');
    await expect(other.journey('cart', 'never')).rejects.toThrow(VersionUnknown);
    expect(await other.journeyIds()).toEqual(['cart']);
  });
});
