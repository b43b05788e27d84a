import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { asModule, bundle, lambdas, type Bundle } from '../cli/bundle.ts';
import { percentile, type Bench, type Figure } from './report.ts';

/** Imports of each bundle, each in a process of its own. Others on the machine slow single ones: the median is told. */
const rounds = 21;
const run = promisify(execFile);
const handlers = fileURLToPath(new URL('./handlers/', import.meta.url));

interface Timed {
  readonly name: string;
  readonly bytes: number;
  /** The file that a container loads. */
  readonly entry: string;
  readonly ms: number[];
}

/** How long a container takes to load each function, beside an empty one and the least that talks to AWS. */
export const importTimeBench: Bench = {
  name: 'import-time',
  async run(): Promise<readonly Figure[]> {
    const folder = await mkdtemp(join(tmpdir(), 'sojourn-import-'));
    try {
      const empty = await ours({ name: 'empty', file: join(handlers, 'empty.ts') }, folder);
      const twoClients = await plain('two-clients', folder);
      const functions = await Promise.all(lambdas().map((one) => ours(one, folder)));
      await measure([empty, twoClients, ...functions]);
      return figuresOf(empty, twoClients, functions);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Bundled as `npm run build` does it. */
async function ours(source: { readonly name: string; readonly file: string }, folder: string): Promise<Timed> {
  const { name, bytes }: Bundle = await bundle(source, folder);
  return { name, bytes, entry: join(folder, name, 'index.mjs'), ms: [] };
}

/** Bundled as anybody would do it: without what `cli/bundle.ts` leaves out. */
async function plain(name: string, folder: string): Promise<Timed> {
  const entry = join(folder, name, 'index.mjs');
  const { metafile } = await build({
    entryPoints: [join(handlers, `${name}.ts`)],
    outfile: entry,
    ...asModule,
    metafile: true,
  });
  const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  return { name, bytes, entry, ms: [] };
}

/** In turns, so that a slow moment of the machine is everybody's; the first turn fills its file cache. */
async function measure(all: readonly Timed[]): Promise<void> {
  for (let round = 0; round <= rounds; round++)
    for (const one of all) {
      const { stdout } = await run(
        process.execPath,
        [join(handlers, 'time-import.mjs'), pathToFileURL(one.entry).href],
        {
          env: { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench' },
        },
      );
      if (round > 0) one.ms.push(Number(stdout));
    }
}

function figuresOf(empty: Timed, twoClients: Timed, functions: readonly Timed[]): readonly Figure[] {
  const median = ({ ms }: Timed): number => percentile(ms, 0.5);
  const figureOf = (one: Timed, aim?: string): Figure => ({
    work: one.name,
    value: median(one),
    unit: 'ms',
    ...(aim !== undefined && { aim }),
    ratio: { to: 'empty', value: median(one) / median(empty) },
    note: `${Math.round(one.bytes / 1000)} KB, ${(median(one) / median(twoClients)).toFixed(2)} × two clients`,
  });
  const aim = `≤ ${(3 * median(twoClients)).toFixed(0)}`;
  return [
    figureOf(empty),
    figureOf(twoClients),
    ...functions.toSorted((a, b) => median(b) - median(a)).map((one) => figureOf(one, aim)),
  ];
}
