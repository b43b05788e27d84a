import { text } from 'node:stream/consumers';
import { mjmlToLiquid, type CompiledMjml, type MjmlSource } from './mjml-to-liquid.ts';

/** What the process answers for one source. */
export type CompileAnswer = { readonly compiled: CompiledMjml } | { readonly failed: string };

// A process of its own that ends after its batch: MJML takes over 100 MB, which a server need not keep.
const sources = JSON.parse(await text(process.stdin)) as readonly MjmlSource[];
const answers: CompileAnswer[] = [];
for (const source of sources) {
  try {
    answers.push({ compiled: await mjmlToLiquid(source) });
  } catch (error) {
    answers.push({ failed: error instanceof Error ? error.message : String(error) });
  }
}
process.stdout.write(JSON.stringify(answers));
