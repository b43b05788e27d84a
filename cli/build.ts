import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { bundle, lambdas, type Bundle } from './bundle.ts';
import { readPublication, writePublication } from './publication.ts';
import { exitCodes, giveUp, settings } from './settings.ts';

/** `npm run build`: everything that a deployment uploads. */
const { workflows, out } = new Command('npm run build --')
  .description('bundles the functions and the documents of a deployment; "npx cdk" takes them from there')
  .option('--workflows <folder>', 'workflows folder', settings.workflows)
  .option('--out <folder>', 'where everything goes', 'dist')
  .parse()
  .opts<{ readonly workflows: string; readonly out: string }>();

function report(bundles: readonly Bundle[]): void {
  const kb = (bytes: number): string => `${(bytes / 1000).toFixed(0).padStart(5)} KB`;
  for (const { name, bytes, laterBytes, parts } of bundles) {
    const largest = parts.slice(0, 4).map(([part, size]) => `${part} ${Math.round(size / 1000)}`);
    process.stdout.write(`${name.padEnd(22)}${kb(bytes)}${kb(laterBytes)} on demand   ${largest.join(', ')}\n`);
  }
}

const startMs = performance.now();
if (!existsSync(workflows)) giveUp(`There is no folder ${workflows}.`);
const published = await readPublication(workflows, (problem) => process.stderr.write(`${problem}\n`));
if (!published) process.exit(exitCodes.problems);
// Only what is made here: the folder may hold something else.
rmSync(join(out, 'functions'), { recursive: true, force: true });
const bundles = await Promise.all(lambdas().map((one) => bundle(one, join(out, 'functions'))));
writePublication(published, out);
report(bundles);
process.stdout.write(
  `${bundles.length} functions and the documents in ${out}/, ${Math.round(performance.now() - startMs)} ms\n`,
);
