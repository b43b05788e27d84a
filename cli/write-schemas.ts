import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jsonSchemas } from '../core/journey/json-schema.ts';

/** Writes workflows/schema/*.schema.json: run it after a change to the language (`node cli/write-schemas.ts`). */
const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'workflows', 'schema');
mkdirSync(folder, { recursive: true });
for (const [name, schema] of Object.entries(jsonSchemas())) {
  writeFileSync(join(folder, `${name}.schema.json`), `${JSON.stringify(schema, undefined, 2)}\n`);
}
