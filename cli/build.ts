import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf } from '../core/definitions.ts';
import { idOf } from '../core/hash.ts';
import { checkDocuments } from '../core/journey/check.ts';
import { publishTemplates } from '../functions/parts/content/publish-templates.ts';
import type { Publication } from '../functions/parts/publication.ts';
import { readWorkflows } from '../functions/parts/read-workflows.ts';
import { bundle, lambdas, type Bundle } from './bundle.ts';
import { exitCodes, settings } from './settings.ts';

/** `npm run build`: everything that a deployment uploads, into `dist/`. */
const dist = 'dist';

/** Checked documents with their templates compiled. @returns undefined where the folder has problems, which are printed */
async function publication(): Promise<Publication | undefined> {
  const { documents, problems } = checkDocuments(readWorkflows(settings.workflows));
  if (!documents) {
    process.stderr.write(`The workflows have ${problems.length} problems. "npx sojourn check" shows them.\n`);
    return undefined;
  }
  const { templates, problems: broken } = await publishTemplates({
    files: documents.templates,
    workspace: documents.workspace,
    cacheDir: '.cache/templates',
  });
  for (const { file, message, severity } of broken) process.stderr.write(`${severity} ${file}: ${message}\n`);
  if (broken.some(({ severity }) => severity === 'error')) return undefined;
  return {
    // Of what is rendered too: a release that compiles MJML otherwise publishes something else.
    hash: idOf('publication', hashOf(documents), JSON.stringify(templates)),
    documents: { ...documents, templates: documents.templates.map((file) => ({ ...file, text: '' })) },
    templates,
  };
}

function report(bundles: readonly Bundle[]): void {
  const kb = (bytes: number): string => `${(bytes / 1000).toFixed(0).padStart(5)} KB`;
  for (const { name, bytes, laterBytes, parts } of bundles) {
    const largest = parts.slice(0, 4).map(([part, size]) => `${part} ${Math.round(size / 1000)}`);
    process.stdout.write(`${name.padEnd(22)}${kb(bytes)}${kb(laterBytes)} on demand   ${largest.join(', ')}\n`);
  }
}

const startMs = performance.now();
const published = await publication();
if (!published) process.exit(exitCodes.problems);
rmSync(dist, { recursive: true, force: true });
const bundles = await Promise.all(lambdas().map((one) => bundle(one, join(dist, 'functions'))));
const text = JSON.stringify(published);
mkdirSync(join(dist, 'definitions'), { recursive: true });
writeFileSync(join(dist, 'definitions', 'documents.json'), text);
// Read by the function from beside itself: other documents are another bundle, which a deployment sees by its hash.
writeFileSync(join(dist, 'functions', 'publish-definitions', 'documents.json'), text);
report(bundles);
process.stdout.write(
  `${bundles.length} functions and the documents in ${dist}/, ${Math.round(performance.now() - startMs)} ms\n`,
);
