import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';

/** One function's bundle. */
export interface Bundle {
  readonly name: string;
  /** What a container loads when it starts. */
  readonly bytes: number;
  /** What lies beside it, for documents that need it. */
  readonly laterBytes: number;
  /** Bytes by package or folder of ours, the largest first. */
  readonly parts: readonly (readonly [name: string, bytes: number])[];
}

const root = fileURLToPath(new URL('..', import.meta.url));
const ownFile = (path: string): string => join(root, path);

/**
 * Lambda gives its credentials by environment variables; the SDK's chain of other sources (single sign-on, profiles,
 * instance metadata) would be 90 KB that nobody reads. Tests of the bundles sign in the same way.
 */
const environmentCredentials: Plugin = {
  name: 'environment-credentials',
  setup: ({ onResolve }) => {
    const path = ownFile('functions/aws/environment-credentials.ts');
    onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, () => ({ path }));
  },
};

/** Patterns run on an engine that is loaded where a document has one, from a file of its own. */
const patternsOnDemand: Plugin = {
  name: 'patterns-on-demand',
  setup: ({ onResolve }) => {
    const path = ownFile('functions/aws/patterns.ts');
    onResolve({ filter: /^re2js$/ }, ({ importer }) => (importer === path ? undefined : { path }));
  },
};

/** Computed traits are read by code that is loaded where there are any. */
const traitReadingsOnDemand: Plugin = {
  name: 'trait-readings-on-demand',
  setup: ({ onResolve }) => {
    const path = ownFile('functions/aws/trait-readings.ts');
    onResolve({ filter: /\/compute-trait\.ts$/ }, ({ importer }) => (importer === path ? undefined : { path }));
  },
};

/** Events are judged by code that is loaded where a catalogue is to judge them. */
const judgingOnDemand: Plugin = {
  name: 'judging-on-demand',
  setup: ({ onResolve }) => {
    const path = ownFile('functions/aws/event-catalogue.ts');
    onResolve({ filter: /\/compile-catalogue\.ts$/ }, ({ importer }) => (importer === path ? undefined : { path }));
  },
};

const phoneNumbers = 'libphonenumber-js/min';
/** Phone numbers are read by rules that are loaded with the first number, from a file that is made for them. */
const phoneNumbersOnDemand: Plugin = {
  name: 'phone-numbers-on-demand',
  setup: ({ onResolve }) => {
    const path = ownFile(phoneNumbersFile);
    onResolve({ filter: new RegExp(`^${phoneNumbers}$`) }, () => ({ path }));
  },
};
const phoneNumbersFile = 'functions/aws/phone-numbers.ts';

/** Numbers are read and compared, and never printed in the manner of their country: the formats are 50 KB. */
const noPhoneFormats: Plugin = {
  name: 'no-phone-formats',
  setup: ({ onLoad }) => {
    onLoad({ filter: /libphonenumber-js[\\/]metadata\.min\.json\.js$/ }, ({ path }) => {
      const metadata = readFileSync(path.replace(/\.js$/, ''), 'utf8');
      return { contents: `export default ${withoutFormats(metadata)}`, loader: 'js' };
    });
  },
};
/** Place of the formats in the row of a country. */
const formatsAt = 4;
/** Metadata of phone numbers without the formats. */
export function withoutFormats(metadata: string): string {
  const parsed = JSON.parse(metadata) as { readonly [part: string]: { readonly [code: string]: unknown } };
  for (const part of ['countries', 'nonGeographic'])
    for (const row of Object.values(parsed[part] ?? {}))
      if (Array.isArray(row) && Array.isArray(row[formatsAt])) row[formatsAt] = [];
  return JSON.stringify(parsed);
}

/** Attachments are the only thing that MIME types are looked up for, and no message has any. */
const noMimeTypes: Plugin = {
  name: 'no-mime-types',
  setup: ({ onLoad }) => {
    const contents =
      'export const detectMimeType = () => "application/octet-stream"; export const detectExtension = () => "bin";';
    onLoad({ filter: /nodemailer[\\/].*mime-types\.[cm]?js$/ }, () => ({ contents, loader: 'js' }));
  },
};

/** DynamoDB's addresses are looked up only where that is asked for, which nobody does here: there is nothing to keep. */
const noEndpointCache: Plugin = {
  name: 'no-endpoint-cache',
  setup: ({ onLoad }) => {
    const contents =
      'export class EndpointCache { get() {} getEndpoint() {} has() { return false; } set() {} delete() {} clear() {} }';
    onLoad({ filter: /endpoint-cache[\\/]dist-es[\\/]EndpointCache\.js$/ }, () => ({ contents, loader: 'js' }));
  },
};

/** Clients tell AWS their version, and carry all of their manifest to know it. */
const onlyVersions: Plugin = {
  name: 'only-versions',
  setup: ({ onLoad }) => {
    onLoad({ filter: /@aws-sdk[\\/]client-[^\\/]+[\\/]package\.json$/ }, ({ path }) => {
      const { version } = JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string };
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

/** Every `functions/<folder>/<name>.lambda.ts`, by name. */
export function lambdas(): readonly { readonly name: string; readonly file: string }[] {
  return readdirSync(join(root, 'functions'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.lambda.ts'))
    .map((file) => ({
      name: file.replace(/^.*[\\/]/, '').replace('.lambda.ts', ''),
      file: join(root, 'functions', file),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What makes a bundle one that Lambda loads: an ES module for its Node, minified. */
export const asModule = {
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  mainFields: ['module', 'main'],
  // Packages that are still CommonJS ask for Node's own modules in their way.
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
} satisfies BuildOptions;

/** Bundles one function: an ES module, minified, with all that it needs of the SDK. */
export async function bundle(
  { name, file }: { readonly name: string; readonly file: string },
  into: string,
): Promise<Bundle> {
  const { metafile } = await build({
    entryPoints: { index: file },
    outdir: join(into, name),
    outExtension: { '.js': '.mjs' },
    ...asModule,
    legalComments: 'none',
    metafile: true,
    splitting: true,
    plugins: [
      environmentCredentials,
      patternsOnDemand,
      traitReadingsOnDemand,
      judgingOnDemand,
      phoneNumbersOnDemand,
      noMimeTypes,
      noEndpointCache,
      onlyVersions,
    ],
  });
  const sizes = sizesOf(metafile);
  const readsNumbers = Object.keys(metafile.inputs).some((input) => input.endsWith(phoneNumbersFile));
  return {
    name,
    ...sizes,
    laterBytes: sizes.laterBytes + (readsNumbers ? await writePhoneNumbers(join(into, name)) : 0),
  };
}

/** Writes the rules of phone numbers beside a bundle, as a module that can be loaded at once. @returns its bytes */
async function writePhoneNumbers(into: string): Promise<number> {
  const { metafile } = await build({
    stdin: { contents: `export { parsePhoneNumberFromString } from '${phoneNumbers}';`, resolveDir: root },
    outfile: join(into, 'phone-numbers.cjs'),
    ...asModule,
    format: 'cjs',
    banner: {},
    legalComments: 'none',
    metafile: true,
    plugins: [noPhoneFormats],
  });
  return Object.values(metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** What a container loads when it starts: the entry, and whatever that imports at once. */
function sizesOf({ outputs }: Metafile): Omit<Bundle, 'name'> {
  const entry = Object.keys(outputs).find(
    (path) => outputs[path]!.entryPoint !== undefined && /index\.mjs$/.test(path),
  );
  const atOnce = new Set<string>();
  const load = (path: string): void => {
    if (atOnce.has(path)) return;
    atOnce.add(path);
    for (const one of outputs[path]?.imports ?? [])
      if (one.kind === 'import-statement' && !one.external) load(one.path);
  };
  load(entry!);
  const parts = new Map<string, number>();
  let bytes = 0;
  for (const path of atOnce) {
    bytes += outputs[path]!.bytes;
    for (const [file, { bytesInOutput }] of Object.entries(outputs[path]!.inputs)) {
      const part = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? file.split('/')[0]!;
      parts.set(part, (parts.get(part) ?? 0) + bytesInOutput);
    }
  }
  const all = Object.values(outputs).reduce((sum, output) => sum + output.bytes, 0);
  return { bytes, laterBytes: all - bytes, parts: [...parts].sort((a, b) => b[1] - a[1]) };
}
