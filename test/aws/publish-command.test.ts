import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Deployment } from './deployment/deployment.ts';
import { dayMs, HarbourPeople, secret, startMs, writeHarbour, type HarbourJourney } from './deployment/harbour.ts';
import { Shell } from './deployment/shell.ts';
import { synthesize } from './deployment/synthesize.ts';
import { startedDoubles } from './doubles/clients.ts';

const folder = '.cache/publish-command';
/** A greeting and a farewell, with a rest in between. */
const trial = (greeting: string, rest: string, event = 'Trial Started'): HarbourJourney => ({
  id: 'trial',
  name: 'Trial',
  stage: 'comparison',
  kind: 'lifecycle',
  entry: { on: { event }, again: 'always' },
  steps: [send(greeting), { id: 'rest', wait: rest }, send('bye')],
});
const send = (id: string): object => ({ id, send: { email: id } });
const documents = (...journeys: readonly HarbourJourney[]): string =>
  writeHarbour(folder, { journeys, mails: ['hello', 'again', 'bye'] });

let deployed: Deployment;
let shell: Shell;
let people: HarbourPeople;
beforeAll(async () => {
  const workflows = documents(trial('hello', 'P2D'));
  const out = await synthesize('.cache/cdk.publish-command', { workflows });
  deployed = await Deployment.open({ out, doubles: startedDoubles(), startMs, secret });
  shell = await Shell.open(deployed);
  people = new HarbourPeople(deployed);
}, 120_000);
afterAll(async () => {
  await shell?.close();
  await deployed?.close();
});

/** What a command prints that succeeds, and complains of nothing. */
async function says(...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await shell.run(...words, '--home', 'aws');
  expect([code, stderr], stdout).toEqual([0, '']);
  return stdout;
}
/** How a command ends that fails. */
async function fails(...words: readonly string[]): Promise<readonly [code: number | null, stderr: string]> {
  const { code, stdout, stderr } = await shell.run(...words, '--home', 'aws');
  expect(stdout).toBe('');
  return [code, stderr];
}
const docs = ['--workflows', folder];

describe('the command against a deployment', () => {
  it('plans: nothing where the documents are those that are deployed; else in words, with who is inside', async () => {
    await people.does('ana', 'Trial Started');
    expect(await says('plan', ...docs)).toBe('Nothing has changed.\n');
    documents(trial('again', 'P1D'));
    expect(await says('plan', ...docs)).toMatchInlineSnapshot(`
      "Trial (trial): version 1 becomes version 2
        Step "hello" is gone. It was: Send email "hello".
        Step "again" is new: Send email "again".
        Step "rest" said: Wait 2 days. It says now: Wait 1 day.
        Inside: 1 person
               1 at "rest", version 1
        pin (default)  1 person finishes on the version they are in; who comes from now on gets version 2
        migrate        1 person goes on at the same step of version 2, unless they would come again to a step that they have had
        drain          1 person finishes; nobody comes in until you say: sojourn publish trial

      1 journey changes.
      "
    `);
  });

  it('publishes: whoever comes then goes the new way, who is inside the old one, and plans tell of both', async () => {
    expect(await says('publish', ...docs, '--why', 'A shorter wait')).toBe(
      'trial: version 2 is current, after 1; 1 person inside finishes on theirs.\n',
    );
    await people.does('bo', 'Trial Started');
    expect(await says('publish', ...docs)).toBe('Nothing had changed.\n');
    const plan = await says('plan', ...docs);
    expect(plan).toContain('       1 at "rest", version 1\n         1 at "rest", version 2\n');
    expect(plan).toContain('Otherwise than it was deployed\n  Documents were published since the last deployment.');
    const { body } = await deployed.publisher('GET', '/api/journeys/trial/versions');
    expect(body['history']).toMatchObject([{ number: 2, reason: 'A shorter wait' }, { number: 1 }]);
  });

  it('says before whom a segment would be about, asked of everybody', async () => {
    mkdirSync(join(folder, 'segments'), { recursive: true });
    writeFileSync(
      join(folder, 'segments/tried.segment.json'),
      JSON.stringify({
        id: 'tried',
        name: 'Tried',
        when: { all: [{ did: 'Trial Started' }, { not: { trait: 'x', exists: true } }] },
      }),
    );
    // Beside it how far it has come is told.
    const { stdout } = await shell.run('segment', 'tried', '--preview', ...docs, '--home', 'aws');
    expect(stdout).toMatch(
      /^tried would have 2 people of 2 \(100 %\)\.\nIt is not published yet\.\nOverlap with published segments\n {2}none\nSome of them\n( {2}\S+ {2}(ana|bo)\n){2}$/,
    );
    expect(await fails('segment', 'tryed', '--preview', ...docs)).toEqual([
      2,
      'sojourn: There is no segment "tryed". Did you mean "tried"?\n',
    ]);
    rmSync(join(folder, 'segments/tried.segment.json'));
  });

  it('rolls back, and moves who is inside of the later version', async () => {
    expect(await says('rollback', 'trial', '--why', 'Too short')).toBe(
      'trial: version 1 is current, after 2; 1 person inside finishes on theirs.\n',
    );
    expect(await says('migrate', 'trial')).toBe('trial: 1 person moved to the current version.\n');
    expect(await says('plan', ...docs)).toContain(
      'It was rolled back, and stays so until its document changes or is named: sojourn publish trial',
    );
  });

  it('tells of people, journeys and groups, and of why', async () => {
    expect(await says('profile', 'userId:ana')).toMatch(/Journeys\n.*trial/s);
    expect(await says('journey', 'trial')).toContain('Trial (trial, comparison, lifecycle');
    expect(await says('explain', 'userId:ana', 'trial')).toContain('ana and the journey "trial"');
    await deployed.post(
      '/v1/group',
      { messageId: 'g1', userId: 'ana', groupId: 'a b', traits: { plan: 'large' } },
      'server',
    );
    await deployed.settle();
    expect(await says('group', 'company', 'a b')).toMatch(/^company a b\nTraits\n {2}plan = large\nMembers\n {2}\S+ /);
    expect(await says('quarantine')).toBe('no events are set aside.\n');
    expect(await fails('explain', 'userId:ana', 'trail')).toEqual([
      2,
      'sojourn: There is no journey "trail". Did you mean "trial"?\n',
    ]);
    expect(await fails('profile', 'userId:nobody')).toEqual([2, 'sojourn: There is no person with userId "nobody".\n']);
  });

  it('exports one person, and forgets another once that is said', async () => {
    await people.does('fay', 'Looked Around');
    const { stdout } = await shell.run('export', 'userId:fay', '--home', 'aws');
    expect(JSON.parse(stdout)).toMatchObject({ profile: { rows: [expect.anything()] } });
    expect(await fails('erase', 'userId:fay')).toEqual([2, expect.stringContaining('Say --yes if that is meant')]);
    expect(await says('erase', 'userId:fay', '--yes', '--why', 'asked')).toMatch(/Receipt \S+\.\nDeleted\n/);
    expect(await fails('profile', 'userId:fay')).toEqual([2, expect.stringContaining('There is no person')]);
  });

  it('pauses: nothing is handed over until it resumes', async () => {
    expect(await says('pause', 'trial', '--why', 'A wrong price')).toBe(
      'The journey "trial" is paused. From now on nothing is handed over.\n',
    );
    await deployed.windTo(deployed.nowMs + 2 * dayMs);
    expect(await people.wayOf('ana')).toBe('active, hello');
    expect(await says('resume', 'trial')).toBe(
      'The journey "trial" goes on. Whoever stood still comes back within the hour.\n',
    );
    await deployed.windTo(deployed.nowMs + 3_600_000);
    expect(await people.wayOf('ana')).toBe('completed, hello, bye');
    // A day and more late: past its use-by.
    expect(await people.wayOf('bo')).toBe('completed, again');
    expect(await people.of('bo', 'deliveries')).toMatchObject([{ template: 'bye', reason: 'expired' }, {}]);
  });

  it('publishes a journey that was rolled back once it is named, and moves those inside if told to', async () => {
    await people.does('cy', 'Trial Started');
    expect(await says('publish', 'trial', ...docs, '--inside', 'migrate')).toBe(
      'trial: version 2 is current, after 1; 1 person inside finishes on theirs.\n' +
        'trial: 1 person moved to the current version.\n',
    );
  });

  it('closes a journey: who is inside finishes, nobody comes in until it is named', async () => {
    documents(trial('again', 'P3D'));
    expect(await says('publish', ...docs, '--inside', 'drain')).toBe(
      'trial: nobody comes in any more; 1 person inside finishes on theirs. It opens again by: sojourn publish trial\n',
    );
    await people.does('di', 'Trial Started');
    expect(await people.wayOf('di')).toBe('');
    expect(await says('publish', 'trial', ...docs)).toBe(
      'trial: version 3 is current; 1 person inside finishes on theirs.\n',
    );
  });

  it('stops: everybody inside is ended', async () => {
    await people.does('ed', 'Trial Started');
    const { code, stdout } = await shell.run('stop', 'trial', '--home', 'aws');
    expect([code, stdout]).toEqual([
      0,
      'The journey "trial" is stopped: 2 people ended. Nobody enters it until it is resumed.\n',
    ]);
    expect(await people.wayOf('ed')).toBe('exited stopped, again');
    await says('resume', 'trial');
    expect(deployed.failures).toEqual([]);
  });
});

describe('a command that cannot do it', () => {
  it('tells all errors of the documents, where each is, and publishes nothing', async () => {
    const broken = { ...trial('nowhere', 'soon'), name: 'Broken' };
    documents(broken);
    const seen = await deployed.publisher('GET', '/api/journeys/trial/versions');
    for (const verb of ['plan', 'publish']) {
      const { code, stdout, stderr } = await shell.run(verb, ...docs, '--home', 'aws');
      expect(code).toBe(1);
      expect(stdout).not.toContain('becomes');
      expect(stderr).toMatch(/trial\.journey\.json:1:\d+ {2}unknown-template\n/);
      expect(stderr).toMatch(/trial\.journey\.json:1:\d+ {2}bad-duration\n/);
      expect(stderr).toContain(join(folder, 'journeys/trial.journey.json:1:'));
      expect(stderr).toMatch(/\nThe documents in \S+ have 2 errors: nothing of them is published\.\n$/);
    }
    expect(await deployed.publisher('GET', '/api/journeys/trial/versions')).toMatchObject({ body: seen.body });
  });

  it('tells those of an earlier version that cannot come back, since what it needs is gone', async () => {
    writeHarbour(folder, { journeys: [trial('again', 'P3D')], mails: ['again', 'bye'] });
    await says('publish', ...docs);
    const [code, stderr] = await fails('rollback', 'trial', '--to', '1');
    expect(code).toBe(1);
    expect(stderr).toContain('Step "hello" sends the template "hello", but there is no template with that name.');
    expect(stderr).toMatch(/\nsojourn: The documents have errors; nothing was published\.\n$/);
  });

  it('guesses what was meant', async () => {
    const unknown = 'sojourn: No journey "trail" was ever published here. Did you mean "trial"?\n';
    expect(await fails('rollback', 'trail')).toEqual([2, unknown]);
    const none = 'sojourn: Journey "trial" has no version 7; there are 1, 2, 3.\n';
    expect(await fails('rollback', 'trial', '--to', '7')).toEqual([2, none]);
    const migrate = 'sojourn: No version of "trail" is current. Did you mean "trial"?\n';
    expect(await fails('migrate', 'trail')).toEqual([2, migrate]);
    expect(await fails('pause', 'trail')).toEqual([2, 'sojourn: There is no journey "trail". Did you mean "trial"?\n']);
  });

  it('knows no stack that is not there', async () => {
    const [code, stderr] = await fails('plan', '--stage', 'prod', ...docs);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^sojourn: no-such-stack: could not read the stack Sojourn-prod-App: there is none/);
  });
});

it('needs no more of AWS than to read the stack and to call its functions', () => {
  expect([...shell.needed].toSorted()).toEqual(['cloudformation:DescribeStacks', 'lambda:InvokeFunction']);
});
