import { Agent, request } from 'node:http';
import { expect, inject, it } from 'vitest';
import { times } from '../properties.ts';
import { Chance } from './chance.ts';
import { FolderTruth } from './folder-truth.ts';
import { encoded, mutated, nonsense, validDraft, type FuzzRequest, type Known } from './fuzz-requests.ts';
import { aFolder, LocalHome, type Body } from './home.ts';
import { rmSync } from 'node:fs';

const total = times(100_000);
const callers = 16;

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

it(`answers ${total} requests, most of them spoilt in one place, with sense`, async () => {
  const chance = new Chance(inject('seed') + 3);
  const data = aFolder();
  const local = await LocalHome.open({ data });
  for (const who of ['user-1', 'user-2']) {
    await local.identify(who, { email: `${who}@fuzz.example` });
    await local.track(who, 'Signed Up');
  }
  await local.settle();
  const deliveryIds = (await local.items('/api/deliveries')).map((item) => String(item['deliveryId']));
  const profileIds = [(await local.profile('user-1')).profileId, (await local.profile('user-2')).profileId];
  const cursor = (await local.api('GET', '/api/deliveries?limit=1')).body.next!;
  const known = (): Known => ({ profileIds, deliveryIds, cursor, nowMs: local.home.clock.nowMs() });

  const agent = new Agent({ keepAlive: true, maxSockets: callers });
  const kinds = { valid: [0, 0], 'spoilt once': [0, 0], nonsense: [0, 0] } as Record<string, [number, number]>;
  const codes = new Map<string, number>();
  const faults: string[] = [];
  let left = total;
  const call = async (): Promise<void> => {
    while (left-- > 0 && faults.length < 5) {
      const draw = chance.share();
      const kind = draw < 0.2 ? 'valid' : draw < 0.9 ? 'spoilt once' : 'nonsense';
      const draft = validDraft(chance, known());
      const asked = kind === 'valid' ? encoded(draft) : kind === 'nonsense' ? nonsense(chance) : mutated(draft, chance);
      let told: Told;
      try {
        told = await send(local.server.port, agent, asked);
      } catch (error) {
        told = { status: 599, text: `no answer: ${String(error)}` };
      }
      const fault = faultOf(asked, told);
      if (fault !== undefined)
        faults.push(
          `${fault}: ${asked.method} ${asked.path.slice(0, 200)} ${JSON.stringify(asked.headers)} ${Buffer.from(
            asked.body ?? [],
          )
            .toString()
            .slice(0, 2_000)} → ${told.status} ${told.text.slice(0, 500)}`,
        );
      const isAccepted = told.status < 400 && !told.text.includes('"rejected"');
      kinds[kind]![0]++;
      if (isAccepted) kinds[kind]![1]++;
      for (const [, code] of told.text.matchAll(/"code":"(\w+)"/g)) codes.set(code!, (codes.get(code!) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  agent.destroy();
  const shares = Object.entries(kinds).map(
    ([kind, [sent, accepted]]) => `${kind} ${sent}, of these accepted ${((100 * accepted) / sent).toFixed(1)} %`,
  );
  console.log(
    `fuzz: ${shares.join('; ')}; refusals: ${[...codes].map(([code, count]) => `${code} ${count}`).join(', ')}`,
  );

  expect(faults).toEqual([]);
  expect(local.problems).toEqual([]);
  expect(kinds['spoilt once']![0] / total).toBeGreaterThan(0.5);
  // A fuzzer whose requests are all refused at the door, or all let in, tests little.
  expect(kinds['valid']![1] / kinds['valid']![0]).toBeGreaterThan(0.9);
  expect(kinds['spoilt once']![1] / kinds['spoilt once']![0]).toBeGreaterThan(0.1);
  expect(kinds['spoilt once']![1] / kinds['spoilt once']![0]).toBeLessThan(0.9);

  // It is as well as before.
  await local.settle();
  expect((await local.call({ path: '/health' })).body).toMatchObject({ ok: true, atRest: true });
  await local.identify('last', { email: 'last@fuzz.example' });
  await local.track('last', 'Signed Up');
  await local.settle();
  const { profileId } = await local.profile('last');
  expect(await local.items(`/api/profiles/${profileId}/deliveries`)).toMatchObject([
    { stepId: 'hello', status: 'sent' },
  ]);
  await local.close();
  const truth = new FolderTruth(data);
  expect([truth.integrity(), truth.tornProfiles(), truth.contradictions(), truth.strandedEnrollments()]).toEqual([
    ['ok'],
    [],
    [],
    [],
  ]);
  truth.close();
  rmSync(data, { recursive: true, force: true });
});
