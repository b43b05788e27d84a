import { rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { expect, inject, it } from 'vitest';
import { times } from '../properties.ts';
import { Chance } from './chance.ts';
import { FolderTruth } from './folder-truth.ts';
import { encoded, mutated, nonsense, sweep, validDraft, type FuzzRequest, type Known } from './fuzz-requests.ts';
import { aFolder, LocalHome, type Body } from './home.ts';

const total = times(100_000);
const callers = 16;
/** Then a new home: lists of what was sent before would only slow the rest down. */
const mostPerHome = 20_000;

interface Told {
  readonly status: number;
  readonly text: string;
}

function send(port: number, agent: Agent, { method, path, headers, body }: FuzzRequest): Promise<Told> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(body.byteLength) };
    const sent = request(
      { host: '127.0.0.1', port, method, path, agent, headers: { ...headers, ...length } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** What is wrong with an answer, if anything. */
function faultOf({ method }: FuzzRequest, { status, text }: Told): string | undefined {
  if (status >= 500 || status < 200) return 'it is a fault of the server';
  const isRefusal = status >= 400;
  if (method === 'HEAD' || (!isRefusal && !text.includes('"results"'))) return undefined;
  let body: Body;
  try {
    body = JSON.parse(text) as Body;
  } catch {
    return 'it is not JSON';
  }
  const isTold = (error: Body['error'] | undefined): boolean =>
    typeof error?.code === 'string' && error.code !== '' && typeof error.path === 'string' && error.message !== '';
  if (isRefusal) return isTold(body.error) ? undefined : 'it has no code or no path';
  const untold = body.results?.filter(
    ({ status: item, error }) => item === 'rejected' && !isTold(error as Body['error']),
  );
  return untold?.length === 0 ? undefined : 'an item has no code or no path';
}

type Kind = 'valid' | 'spoilt once' | 'nonsense';
interface Tally {
  readonly sent: { [kind in Kind]: number };
  readonly accepted: { [kind in Kind]: number };
  readonly codes: Map<string, number>;
  readonly faults: string[];
}

/** A home with two people of whom something is known. */
async function openHome(data: string): Promise<{ readonly local: LocalHome; readonly known: () => Known }> {
  const local = await LocalHome.open({ data });
  for (const who of ['user-1', 'user-2']) {
    await local.identify(who, { email: `${who}@fuzz.example` });
    await local.track(who, 'Signed Up');
  }
  await local.settle();
  const deliveryIds = (await local.items('/api/deliveries')).map((item) => String(item['deliveryId']));
  const profileIds = [(await local.profile('user-1')).profileId, (await local.profile('user-2')).profileId];
  const cursor = (await local.api('GET', '/api/deliveries?limit=1')).body.next!;
  return { local, known: () => ({ profileIds, deliveryIds, cursor, nowMs: local.home.clock.nowMs() }) };
}

type Drawn = readonly [kind: Kind, asked: FuzzRequest];

/** First the sweep, then whatever chance brings. */
function* requests(chance: Chance, known: () => Known, count: number): Generator<Drawn> {
  let left = count;
  for (const asked of sweep(chance, known())) {
    if (left-- <= 0) return;
    yield ['spoilt once', asked];
  }
  while (left-- > 0) {
    const draw = chance.share();
    const draft = validDraft(chance, known());
    if (draw < 0.25) yield ['valid', encoded(draft)];
    else yield draw < 0.88 ? ['spoilt once', mutated(draft, chance)] : ['nonsense', nonsense(chance)];
  }
}

/** One caller: sends what is drawn and judges the answers. */
async function callOn(port: number, agent: Agent, drawn: Generator<Drawn>, tally: Tally): Promise<void> {
  for (const [kind, asked] of drawn) {
    if (tally.faults.length >= 5) return;
    const told = await send(port, agent, asked).catch((error: unknown): Told => ({
      status: 599,
      text: `no answer: ${String(error)}`,
    }));
    const fault = faultOf(asked, told);
    if (fault !== undefined) tally.faults.push(`${fault}: ${shown(asked)} → ${told.status} ${told.text.slice(0, 500)}`);
    tally.sent[kind]++;
    if (told.status < 400 && !told.text.includes('"rejected"')) tally.accepted[kind]++;
    for (const [, code] of told.text.matchAll(/"code":"(\w+)"/g))
      tally.codes.set(code!, (tally.codes.get(code!) ?? 0) + 1);
  }
}
const shown = ({ method, path, headers, body }: FuzzRequest): string =>
  `${method} ${path.slice(0, 200)} ${JSON.stringify(headers)} ${Buffer.from(body ?? [])
    .toString()
    .slice(0, 2_000)}`;

/** It is as well as before: it answers, and a message reaches somebody new. */
async function expectHealthy(local: LocalHome): Promise<void> {
  await local.settle();
  expect(local.problems).toEqual([]);
  expect((await local.call({ path: '/health' })).body).toMatchObject({ ok: true, atRest: true });
  await local.identify('last', { email: 'last@fuzz.example' });
  await local.track('last', 'Signed Up');
  await local.settle();
  const { profileId } = await local.profile('last');
  expect(await local.items(`/api/profiles/${profileId}/deliveries`)).toMatchObject([
    { stepId: 'hello', status: 'sent' },
  ]);
}

function expectSound(data: string): void {
  const truth = new FolderTruth(data);
  const { integrity, ...wrong } = {
    integrity: truth.integrity(),
    torn: truth.tornProfiles(),
    contradictions: truth.contradictions(),
    stranded: truth.strandedEnrollments(),
    lists: truth.falseLists(),
  };
  expect(integrity).toEqual(['ok']);
  expect(wrong).toEqual({ torn: [], contradictions: [], stranded: [], lists: [] });
  truth.close();
}

it(`answers ${total} requests, most of them spoilt in one place, with sense`, async () => {
  const chance = new Chance(inject('seed') + 3);
  const zero = (): { [kind in Kind]: number } => ({ valid: 0, 'spoilt once': 0, nonsense: 0 });
  const tally: Tally = { sent: zero(), accepted: zero(), codes: new Map(), faults: [] };
  for (let done = 0; done < total; done += mostPerHome) {
    const data = aFolder();
    const { local, known } = await openHome(data);
    const agent = new Agent({ keepAlive: true, maxSockets: callers });
    const drawn = requests(chance, known, Math.min(mostPerHome, total - done));
    const calls = Array.from({ length: callers }, () => callOn(local.server.port, agent, drawn, tally));
    await Promise.all(calls);
    agent.destroy();
    expect(tally.faults).toEqual([]);
    await expectHealthy(local);
    await local.close();
    expectSound(data);
    rmSync(data, { recursive: true, force: true });
  }
  const { sent, accepted, codes } = tally;
  const kinds = Object.keys(sent) as Kind[];
  const share = (kind: Kind): number => accepted[kind] / sent[kind];
  const shares = kinds.map((kind) => `${kind} ${sent[kind]}, of these accepted ${(100 * share(kind)).toFixed(1)} %`);
  console.log(
    `fuzz: ${shares.join('; ')}; refusals: ${[...codes].map(([code, times]) => `${code} ${times}`).join(', ')}`,
  );
  expect(sent['spoilt once'] / total).toBeGreaterThan(0.5);
  // A fuzzer whose requests are all refused at the door, or all let in, tests little.
  expect(share('valid')).toBeGreaterThan(0.9);
  expect(share('spoilt once')).toBeGreaterThan(0.1);
  expect(share('spoilt once')).toBeLessThan(0.9);
});
