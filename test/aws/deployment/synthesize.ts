import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Synthesizes the stacks from `dist/`, as `npx cdk synth` would with this context beside the project's own. */
export async function synthesize(out: string, context: { readonly [name: string]: unknown } = {}): Promise<string> {
  const own = (JSON.parse(readFileSync('cdk.json', 'utf8')) as { readonly context: object }).context;
  await run(process.execPath, ['--disable-warning=ExperimentalWarning', 'lib/app.ts'], {
    env: {
      ...process.env,
      CDK_OUTDIR: out,
      CDK_CONTEXT_JSON: JSON.stringify({ ...own, 'aws:cdk:enable-asset-metadata': true, ...context }),
    },
  });
  return out;
}
