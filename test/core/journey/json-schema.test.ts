import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { jsonSchemas } from '../../../core/journey/json-schema.ts';
import { meetsSchema } from '../../json-schema.ts';
import { aJourney, workflowFiles } from './workflow-files.ts';

const schemas = jsonSchemas();

describe('the JSON Schemas for editors', () => {
  it.each(Object.entries(schemas))(
    'are up to date in workflows/schema: %s (else run node cli/write-schemas.ts)',
    (name, schema) => {
      expect(JSON.parse(readFileSync(`workflows/schema/${name}.schema.json`, 'utf8'))).toEqual(schema);
    },
  );

  const shipped = workflowFiles('workflows').flatMap((file) => {
    const kind =
      file.path === 'workspace.json' ? 'workspace' : /\.(journey|segment|audience)\.json$/.exec(file.path)?.[1];
    return kind === undefined
      ? []
      : [[file.path, schemas[kind as keyof typeof schemas], JSON.parse(file.text)] as const];
  });
  it.each(shipped)('are met by what is shipped: %s', (_, schema, document) => {
    expect(meetsSchema(document, schema)).toBe(true);
  });

  it.each([
    ['an unknown key', { colour: 'red' }],
    ['a missing list of steps', { steps: undefined }],
    ['a step of no kind', { steps: [{ hold: 'P1D' }] }],
    ['a step with two kinds', { steps: [{ wait: 'P1D', end: true }] }],
    ['a wrong duration deep inside', { steps: [{ branch: [{ when: { did: 'X', within: 'soon' }, steps: [] }] }] }],
    ['a condition of no kind', { exit: [{ when: { dit: 'X' } }] }],
    ['a stage that there is not', { stage: 'decided' }],
  ])('refuse %s', (_, parts) => {
    expect(meetsSchema(JSON.parse(JSON.stringify(aJourney())), schemas.journey)).toBe(true);
    expect(meetsSchema(JSON.parse(JSON.stringify(aJourney(parts))), schemas.journey)).toBe(false);
  });
});
