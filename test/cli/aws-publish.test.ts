import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { aWorkspace } from '../builders.ts';
import { aFolder, sojourn, type Ran } from './run.ts';
import {
  aStack,
  aStandIn,
  anError,
  signedIn,
  withStack,
  type Answering,
  type Env,
  type StandIn,
  type StandInAnswer,
} from './stand-in.ts';

const outputs = { PublisherFunction: 'publisher-1', ControlFunction: 'control-1' };
let folder: string;
let standIn: StandIn;
beforeAll(() => {
  folder = aFolder();
  writeFileSync(join(folder, 'workspace.json'), JSON.stringify(aWorkspace()));
});
afterEach(() => standIn.close());
afterAll(() => rmSync(folder, { recursive: true }));

async function run(words: readonly string[], answering: Answering, env: Env = {}): Promise<Ran> {
  standIn = await aStandIn(withStack(outputs, answering));
  return sojourn([...words, '--home', 'aws'], { ...signedIn(standIn.endpoint), ...env }).ran;
}
/** A function that answers every call so. */
const answers =
  (answer: StandInAnswer): Answering =>
  ({ service }) =>
    service === 'lambda' ? answer : undefined;
const http = (statusCode: number, body: object): Answering =>
  answers({ body: { statusCode, body: JSON.stringify(body) } });
const plan = (answering: Answering, env?: Env): Promise<Ran> => run(['plan', '--workflows', folder], answering, env);

describe('publishing on AWS cannot be done', () => {
  it.each([
    ['no-credentials', { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }, /Sign in, or set AWS_PROFILE/],
    ['no-region', { AWS_REGION: '', AWS_DEFAULT_REGION: '' }, /Name it with --region/],
  ])('by a shell that says too little: %s', async (code, env, what) => {
    const { code: exit, stdout, stderr } = await plan(() => undefined, env);
    expect([exit, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(new RegExp(`^sojourn: ${code}: could not read the stack Sojourn-dev-App: [^\\n]*\\n$`));
    expect(stderr).toMatch(what);
  });

  it('by a role that may not: the permission is named', async () => {
    const { code, stderr } = await plan(answers(anError('AccessDeniedException', 'Not you.', 403)));
    expect([code, stderr]).toEqual([
      2,
      'sojourn: access-denied: could not call the function publisher-1: Not you. Your role needs lambda:InvokeFunction.\n',
    ]);
  });

  it('into a stack that is older than publishing', async () => {
    const { code, stderr } = await plan(({ service }) => (service === 'cloudformation' ? aStack({}) : undefined));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^sojourn: stack-outdated: .* no output PublisherFunction\. Deploy it again/);
  });

  it('by a function that fails: what it said, and where to look', async () => {
    const over = { errorType: 'Sandbox.Timedout', errorMessage: 'Task timed out after 300.00 seconds' };
    const dead = await plan(answers({ headers: { 'x-amz-function-error': 'Unhandled' }, body: over }));
    expect([dead.code, dead.stderr]).toEqual([
      2,
      'sojourn: function-failed: could not call the function publisher-1: it failed: Task timed out after 300.00 seconds. Its log says more.\n',
    ]);
    await standIn.close();
    const caught = await plan(http(500, { error: { code: 'internal', message: 'no', requestId: 'r-7' } }));
    expect(caught.stderr).toBe(
      'sojourn: function-failed: could not call the function publisher-1: it failed. Its log says why, under the request r-7.\n',
    );
  });

  it('while somebody else publishes: it says to plan again', async () => {
    const message = 'Somebody else has published meanwhile; nothing of this was. Plan it again.';
    const { code, stderr } = await run(['rollback', 'trial'], http(429, { error: { code: 'contended', message } }));
    expect([code, stderr]).toEqual([2, `sojourn: ${message}\n`]);
  });

  it('with documents that are more than a call takes: nothing is sent', async () => {
    const large = join(folder, 'tables');
    mkdirSync(large);
    writeFileSync(join(large, 'noise.csv'), `id,noise\n1,${randomBytes(5_000_000).toString('hex')}\n`);
    const { code, stderr } = await plan(() => undefined);
    rmSync(large, { recursive: true });
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^sojourn: documents-too-large: could not call the function publisher-1: the documents are \d+\.\d MB as they are sent, and a function takes 6\. Deploy them instead\.\n$/,
    );
    expect(standIn.asked.map(({ service }) => service)).toEqual(['cloudformation']);
  });

  it('from a folder that is not there', async () => {
    const { code, stderr } = await run(['publish', '--workflows', join(folder, 'nowhere')], () => undefined);
    expect([code, stderr]).toEqual([
      2,
      `sojourn: There is no folder ${join(folder, 'nowhere')}. Name it with --workflows.\n`,
    ]);
  });
});

it('goes on moving people batch by batch, and asks once more for those who were on their way', async () => {
  const stayed = [{ enrollmentId: 'n1', profileId: 'p1', stepId: 'rest', reason: 'under-way', stepIds: ['rest'] }];
  const batches = [
    { moved: 100, stayed: [], next: 'c1' },
    { moved: 20, stayed },
    { moved: 0, stayed: [], next: 'c1' },
    { moved: 1, stayed: [] },
  ];
  const { code, stdout } = await run(['migrate', 'trial'], ({ service }) => {
    if (service !== 'lambda') return undefined;
    const batch = batches[standIn.asked.filter((one) => one.service === 'lambda').length - 1];
    return { body: { statusCode: 200, body: JSON.stringify(batch) } };
  });
  expect([code, stdout]).toEqual([0, 'trial: 121 people moved to the current version.\n']);
  expect(standIn.asked.filter(({ operation }) => operation.includes('/functions/control-1/'))).toHaveLength(4);
});
