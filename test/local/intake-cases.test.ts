import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalHome } from './home.ts';

let local: LocalHome;
beforeAll(async () => {
  local = await LocalHome.open();
});
afterAll(() => local.close());

interface MessageCase {
  readonly name: string;
  readonly path: string;
  readonly body?: object;
  readonly raw?: string;
  readonly generate?: {
    readonly base?: object;
    readonly batch_of?: object;
    readonly pad_property?: string;
    readonly total_bytes?: number;
    readonly event_bytes?: number;
    readonly count?: number;
  };
  readonly accepted: boolean;
  readonly events?: number;
  readonly events_stored?: number;
  readonly stored_context?: object;
}

/** Documentation's own cases; they lie beside the project and are no part of it. */
const casesFile = '../shared/data/segment/message_cases.json';
const hasCases = existsSync(casesFile);
if (!hasCases) console.warn(`SKIPPED: ${casesFile} is not there, so the documented message cases were not run.`);

describe.skipIf(!hasCases)('the documented message cases', () => {
  const cases = hasCases
    ? (JSON.parse(readFileSync(casesFile, 'utf8')) as { readonly cases: readonly MessageCase[] }).cases
    : [];
  /** Where these differ from the file, "Bad input" of the issue wins. */
  const refusals: { readonly [name: string]: readonly [number, string] } = {
    'no user and no anonymous id': [422, 'identity_missing'],
    'track without event': [422, 'event_missing'],
    'group without groupId': [422, 'group_id_missing'],
    'batch item without type': [200, 'type_missing'],
    'event over 32 KB': [413, 'event_too_large'],
    'batch over 500 KB': [413, 'batch_too_large'],
    'batch of 2,501 events': [413, 'batch_too_large'],
    'invalid JSON': [400, 'invalid_json'],
  };

  const padded = (body: object, property: string | undefined, bytes: number | undefined): object => {
    if (property === undefined || bytes === undefined) return body;
    const empty = JSON.stringify({ ...body, properties: { [property]: '' } });
    return { ...body, properties: { [property]: 'x'.repeat(bytes - empty.length) } };
  };
  function bodyOf({ body, raw, generate }: MessageCase): string {
    if (raw !== undefined) return raw;
    if (!generate) return JSON.stringify(body);
    const {
      base,
      batch_of: item,
      pad_property: property,
      total_bytes: total,
      event_bytes: bytes,
      count = 1,
    } = generate;
    if (base) return JSON.stringify(padded(base, property, total));
    return JSON.stringify({ batch: Array.from({ length: count }, () => padded(item!, property, bytes)) });
  }

  let then: LocalHome;
  beforeAll(async () => {
    then = await LocalHome.open({ now: '2012-12-03T00:00:00Z' });
  });
  afterAll(() => then.close());

  it.each(cases.map((one) => [one.name, one] as const))('%s', async (name, one) => {
    const before = then.countEvents();
    const body = bodyOf(one);
    if (one.generate?.total_bytes !== undefined) expect(Buffer.byteLength(body)).toBe(one.generate.total_bytes);
    const answer = await then.post(one.path, body);
    const code = answer.body.error?.code ?? answer.body.results?.find(({ error }) => error)?.error?.code;
    const [status, expected] = one.accepted ? [200, undefined] : (refusals[name] ?? [0, 'no expectation']);
    expect([answer.status, code]).toEqual([status, expected]);
    expect(then.countEvents() - before).toBe(one.accepted ? (one.events_stored ?? one.events ?? 1) : 0);
    if (one.stored_context) {
      const contexts = (await then.events('019mr8mf4r')).map((event) => event['context']);
      expect(contexts).toContainEqual(one.stored_context);
    }
  });

  it("counts the documentation's example of the time formula out right", async () => {
    const { timestamps } = JSON.parse(readFileSync('../shared/data/segment/http_api.json', 'utf8')) as {
      readonly timestamps: { readonly example: { readonly [name: string]: string } };
    };
    const { originalTimestamp, sentAt, receivedAt, timestamp } = timestamps.example;
    const later = await LocalHome.open({ now: receivedAt! });
    await later.track('u1', 'A', {}, { originalTimestamp, sentAt });
    expect((await later.events('u1'))[0]?.['at']).toBe(timestamp);
    await later.close();
  });
});
