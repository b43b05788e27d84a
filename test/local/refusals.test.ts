import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalHome, type Answer } from './home.ts';

let local: LocalHome;
let profileId: string;
beforeAll(async () => {
  local = await LocalHome.open();
  await local.identify('ana', { email: 'ana@api.example' });
  profileId = String((await local.profile('ana'))['profileId']);
});
afterAll(() => local.close());

const told = ({ status, body: { error } }: Answer): readonly unknown[] => [
  status,
  error?.code,
  error?.path,
  error?.suggestion,
];
const long = 'x'.repeat(3_000);
/** Every address of the API that answers GET, as the code of the routes has it: a new one is among them. */
function askedPaths(): readonly string[] {
  const folder = 'functions/parts/http';
  const paths = readdirSync(folder).flatMap((file) => {
    const code = readFileSync(join(folder, file), 'utf8');
    return [...code.matchAll(/'GET',\s*'(\/api\/[^']+)'/g)].map(([, path]) => path!);
  });
  expect(paths.length).toBeGreaterThan(15);
  return [...new Set(paths)];
}

type Row = [what: string, body: unknown, ...told: unknown[]];

describe('a slip of the pen is told, with what would be right', () => {
  it.each<Row>([
    ['POST /api/journeys/greet/pause', { resaon: 'x' }, 422, 'key_unknown', 'resaon', 'Did you mean "reason"?'],
    ['POST /api/journeys/greet/resume', { who: 'x' }, 422, 'key_unknown', 'who', 'Known here: by, reason.'],
    ['POST /api/journeys/greet/stop', { force: true }, 422, 'key_unknown', 'force', 'Known here: by, reason.'],
    ['POST /api/channels/email/pause', { By: 'x' }, 422, 'key_unknown', 'By', 'Did you mean "by"?'],
    ['POST /api/channels/emial/pause', {}, 404, 'channel_unknown', 'channel', 'Did you mean "email"?'],
    ['POST /api/workspace/pause', { by: 7 }, 422, 'by_invalid', 'by', undefined],
    ['POST /api/workspace/resume', { reason: long }, 422, 'reason_invalid', 'reason', undefined],
    ['POST /api/workspace/pause', [], 400, 'body_invalid', '', undefined],
    ['POST /api/journeys/greet/rollback', { nubmer: 1 }, 422, 'key_unknown', 'nubmer', 'Did you mean "number"?'],
    ['POST /api/journeys/greet/rollback', { number: '1' }, 422, 'number_invalid', 'number', undefined],
    ['POST /api/journeys/greet/migrations', { from: 1 }, 422, 'key_unknown', 'from', 'Known here: cursor.'],
    ['POST /api/journeys/greet/migrations', { cursor: 1 }, 422, 'cursor_invalid', 'cursor', undefined],
    ['POST /api/plans', { files: [], drian: true }, 422, 'key_unknown', 'drian', 'Did you mean "drain"?'],
    ['POST /api/plans', { files: [], drain: 'no' }, 422, 'drain_invalid', 'drain', undefined],
    ['POST /api/publications', { files: {} }, 422, 'files_invalid', 'files', undefined],
    ['POST /api/tasks/t/complete', { outcom: 'x' }, 422, 'key_unknown', 'outcom', 'Did you mean "outcome"?'],
    ['POST /local/import?wind=yes', '', 422, 'wind_unknown', 'wind', undefined],
    ['POST /local/import?winding=true', '', 422, 'query_unknown', 'winding', 'Known here: wind.'],
  ])('%s %j', async (request, body, ...expected) => {
    const [method = '', path = ''] = request.split(' ');
    expect(told(await local.api(method, path, body))).toEqual(expected);
  });

  it.each<Row>([
    ['properties that are none', { userId: 'ana', properties: 5 }, 422, 'properties_invalid', 'properties', undefined],
    ['properties as a list', { userId: 'ana', properties: [1] }, 422, 'properties_invalid', 'properties', undefined],
    [
      'properties beyond measure',
      { userId: 'ana', properties: { text: 'x'.repeat(17_000) } },
      413,
      'body_too_large',
      'properties',
      undefined,
    ],
    ['a body beyond measure', { userId: 'ana', key: 'x'.repeat(40_000) }, 413, 'body_too_large', '', undefined],
    ['another key', { userID: 'ana' }, 422, 'key_unknown', 'userID', 'Did you mean "userId"?'],
    ['a user that is a number', { userId: 7 }, 422, 'userId_invalid', 'userId', undefined],
    ['a profile that is none', { profileId: null }, 422, 'profileId_invalid', 'profileId', undefined],
    ['a key without end', { userId: 'ana', key: long }, 422, 'key_invalid', 'key', undefined],
    ['an empty key', { userId: 'ana', key: '' }, 422, 'key_invalid', 'key', undefined],
  ])('of an entry by the API: %s', async (_, body, ...expected) => {
    expect(told(await local.api('POST', '/api/journeys/asked/enrollments', body))).toEqual(expected);
  });

  it('of an Idempotency-Key that no row holds', async () => {
    const headers = { 'idempotency-key': long };
    const answer = await local.api('POST', '/api/journeys/asked/enrollments', { userId: 'ana' }, headers);
    expect(told(answer).slice(0, 3)).toEqual([422, 'idempotency_key_invalid', 'idempotency-key']);
  });

  it.each<Row>([
    ['another key', { chanel: 'email' }, 422, 'key_unknown', 'chanel', 'Did you mean "channel"?'],
    ['a source that is no text', { source: 5 }, 422, 'source_invalid', 'source', undefined],
    ['another purpose', { purpose: 'offers' }, 422, 'purpose_unknown', 'purpose', undefined],
  ])('of a suppression: %s', async (_, more, ...expected) => {
    const body = { channel: 'email', address: 'a@b.example', ...(more as object) };
    expect(told(await local.api('POST', '/api/suppressions', body))).toEqual(expected);
    expect(await local.items('/api/suppressions?channel=email&address=a@b.example')).toEqual([]);
  });
  it('of a release of an address', async () => {
    const body = { channel: 'email', address: 'a@b.example', evidense: 'mail' };
    const answer = await local.api('DELETE', '/api/suppressions', body);
    expect(told(answer)).toEqual([422, 'key_unknown', 'evidense', 'Did you mean "evidence"?']);
    const number = await local.api('DELETE', '/api/suppressions', { ...body, evidense: undefined, evidence: 5 });
    expect(told(number).slice(0, 3)).toEqual([422, 'evidence_invalid', 'evidence']);
  });

  it.each<Row>([
    ['a purpose', { email: { marketng: 'granted' } }, 'purpose_unknown', 'email.marketng', 'Did you mean "marketing"?'],
    ['a channel', { emial: { marketing: 'granted' } }, 'channel_unknown', 'emial', 'Did you mean "email"?'],
    ['no status', { email: true }, 'consent_invalid', 'email', 'Write { "marketing": "granted" }.'],
    ['a source', { email: { marketing: 'granted' }, source: 5 }, 'source_invalid', 'source', undefined],
    ['no end', { email: { [long]: 'granted' } }, 'purpose_unknown', `email.${'x'.repeat(100)}`, undefined],
  ])('of consent: %s', async (_, consent, ...expected) => {
    const body = { source: 'x', ...(consent as object) };
    const answer = await local.api('PUT', `/api/profiles/${profileId}/consent`, body);
    expect(told(answer)).toEqual([422, ...expected]);
  });

  it.each<[string, ...unknown[]]>([
    ['/api/journeys/greet/enrollments?status=actve', 'status_unknown', 'status', 'Did you mean "active"?'],
    ['/api/journeys/greet/enrollments?statsu=active', 'query_unknown', 'statsu', 'Did you mean "status"?'],
    ['/api/deliveries?status=opend', 'status_unknown', 'status', 'Did you mean "opened"?'],
    ['/api/deliveries?channel=fax', 'channel_unknown', 'channel', undefined],
    ['/api/deliveries?journey=greet', 'query_unknown', 'journey', 'Did you mean "journeyId"?'],
    [`/api/deliveries?journeyId=${long}`, 'journeyId_invalid', 'journeyId', undefined],
    ['/api/tasks?status=shut', 'status_unknown', 'status', undefined],
    [`/api/tasks?queue=${long}`, 'queue_invalid', 'queue', undefined],
    ['/api/suppressions?channel=fax', 'channel_unknown', 'channel', undefined],
    ['/api/segments/lookers/members?limt=5', 'query_unknown', 'limt', 'Did you mean "limit"?'],
    ['/api/profiles?userid=ana', 'query_unknown', 'userid', 'Did you mean "userId"?'],
    ['/api/profiles?userId=ana&email=ana@api.example', 'query_ambiguous', 'email', undefined],
  ])('of a list: %s', async (path, ...expected) => {
    expect(told(await local.api('GET', path))).toEqual([422, ...expected]);
  });

  it('of any address that is asked, whichever they are', async () => {
    const ids = { journeys: 'greet', segments: 'lookers', audiences: 'prospects', profiles: profileId };
    for (const asked of askedPaths()) {
      const path = asked.replace(/(\w+)\/:\w+/g, (_, noun: keyof typeof ids) => `${noun}/${ids[noun] ?? 'x'}`);
      const answer = await local.api('GET', `${path}?nobodyReads=1`);
      expect([asked, ...told(answer).slice(0, 3)]).toEqual([asked, 422, 'query_unknown', 'nobodyReads']);
    }
    expect(told(await local.api('GET', '/api/segments?x=1'))[3]).toBe('No query is known here.');
  });

  it('of an id that nothing can have, which is simply not there', async () => {
    for (const path of [`/api/profiles/${long}`, `/api/deliveries/${long}`, `/api/journeys/${long}/enrollments`])
      expect(told(await local.api('GET', path)).slice(0, 2)).toEqual([404, 'not_found']);
    expect(await local.items(`/api/profiles?userId=${long}`)).toEqual([]);
  });
});
