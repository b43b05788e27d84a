import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, it } from 'vitest';
import { tableShape } from './a-table.ts';
import { Templates, type Resource } from './deployment/template.ts';

const run = promisify(execFile);

it('is clean to cfn-lint', async () => {
  const [program = '', ...script] = inject('cfnLint');
  const files = readdirSync('cdk.out').filter((name) => name.endsWith('.template.json'));
  expect(files).toHaveLength(2);
  const found = await run(program, [...script, '--', ...files.map((name) => join('cdk.out', name))]).catch(
    (error: { readonly stdout: string; readonly stderr: string }) => error,
  );
  expect(found.stdout + found.stderr).toBe('');
});

it('has the table that the ports are tested on', () => {
  const [[, { Properties = {} }]] = new Templates('cdk.out', '1').ofType('AWS::DynamoDB::Table') as [
    [string, Resource],
  ];
  const { StreamSpecification, ...shape } = tableShape;
  expect(Properties).toMatchObject(shape);
  expect(Properties['StreamSpecification']).toEqual({ StreamViewType: StreamSpecification!.StreamViewType });
});
