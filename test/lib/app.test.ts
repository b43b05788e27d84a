import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { compileWorkflows } from '../../lib/workflows.ts';
import { makeAssets } from './synthesis.ts';

/** As `npx cdk` runs it. */
async function synthesize(out: string, context: object): Promise<{ readonly code: number; readonly said: string }> {
  const env = { ...process.env, CDK_OUTDIR: out, CDK_CONTEXT_JSON: JSON.stringify(context) };
  const ran = promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', 'lib/app.ts'], { env });
  return ran.then(
    ({ stderr }) => ({ code: 0, said: stderr }),
    ({ code, stderr }: { readonly code: number; readonly stderr: string }) => ({ code, said: stderr }),
  );
}

it('refuses what cannot be deployed by a sentence and nothing else, and leaves no template behind', async () => {
  const [workflows, bundles, out] = ['workflows', 'bundles', 'out'].map((name) => mkdtempSync(join(tmpdir(), name)));
  cpSync('workflows', workflows!, { recursive: true });
  const welcome = JSON.parse(readFileSync('workflows/journeys/welcome.journey.json', 'utf8')) as object;
  for (let index = 0; index < 120; index++) {
    const id = `welcome-${index}`;
    writeFileSync(join(workflows!, 'journeys', `${id}.journey.json`), JSON.stringify({ ...welcome, id }));
  }
  makeAssets(bundles);
  writeFileSync(join(bundles!, 'documents.hash'), compileWorkflows(workflows!).hash);
  const { code, said } = await synthesize(out!, { workflows, bundles });
  expect(said).toMatch(
    /^too-many-journeys: The \d+ journeys need \d+ resources, and a stack of CloudFormation holds 500/,
  );
  expect(said.trimEnd().split('\n')).toHaveLength(3);
  expect(code).toBe(1);
  expect(readdirSync(out!).filter((name) => /template|manifest/.test(name))).toEqual([]);
});

it('refuses what the command line says wrong by a sentence, before anything is read', async () => {
  const out = mkdtempSync(join(tmpdir(), 'out'));
  const flags = { '@aws-cdk/core:checkSecretUsage': true, 'aws:cdk:enable-asset-metadata': true };
  const say = async (context: object) => (await synthesize(out, { ...flags, ...context })).said;
  expect(await say({ alarmEmial: 'x' })).toBe(
    'The context has settings that nobody reads:\n  There is no setting "alarmEmial". Did you mean "alarmEmail"?\n',
  );
  expect(await say({ workflows: 'nope' })).toMatch(/^There is no folder nope\. [^\n]+\n$/);
  expect(await say({ textOrigins: '[arn:foo]' })).toMatch(
    /^The context [^\n]+\n  "textOrigins" is "\[arn:foo\]"[^\n]+\n$/,
  );
});
