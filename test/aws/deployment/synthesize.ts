import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readPublication, writePublication } from '../../../cli/publication.ts';

const run = promisify(execFile);

export interface SynthesisOptions {
  /** Beside the project's own. */
  readonly context?: { readonly [name: string]: unknown };
  /** Folder of other documents than the shop's; they get the bundles of `dist/`. */
  readonly workflows?: string;
}

/** Synthesizes the stacks into a folder, as `npm run build` and `npx cdk synth` would with other folders. */
export async function synthesize(
  out: string,
  { context = {}, workflows = 'workflows' }: SynthesisOptions = {},
): Promise<string> {
  await rm(out, { recursive: true, force: true });
  const bundles = join(out, 'bundles');
  await mkdir(bundles, { recursive: true });
  await cp('dist/functions', join(bundles, 'functions'), { recursive: true });
  const problems: string[] = [];
  const published = await readPublication(workflows, (problem) => problems.push(problem));
  if (!published) throw new RangeError(`${workflows} cannot be published: ${problems.join(' ')}`);
  writePublication(published, bundles);
  const own = (JSON.parse(readFileSync('cdk.json', 'utf8')) as { readonly context: object }).context;
  await run(process.execPath, ['--disable-warning=ExperimentalWarning', 'lib/app.ts'], {
    env: {
      ...process.env,
      CDK_OUTDIR: out,
      CDK_CONTEXT_JSON: JSON.stringify({
        ...own,
        'aws:cdk:enable-asset-metadata': true,
        workflows,
        bundles,
        ...context,
      }),
    },
  });
  await rm(bundles, { recursive: true });
  return out;
}
