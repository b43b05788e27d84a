import validate from 'asl-validator';
import { expect, it } from 'vitest';
import { retriable } from '../../core/failures.ts';
import { importDefinition, incoming, results } from '../../lib/import-definition.ts';
import { ofType, synthesize } from './synthesis.ts';

const { running } = synthesize();

it('imports by a machine that the Amazon States Language allows', () => {
  expect(validate(importDefinition).errors).toEqual([]);
});

it('tries an import’s lines again after the passing errors of the store', () => {
  const { Retry } = importDefinition.States.Lines.ItemProcessor.States.Accept;
  expect(Retry[0].ErrorEquals).toEqual(expect.arrayContaining([...retriable]));
  // A function that is stopped for its time or memory goes by these names.
  const stopped = ['Lambda.Unknown', 'Sandbox.Timedout', 'Runtime.ExitError'];
  expect(Retry[0].ErrorEquals).toEqual(expect.arrayContaining(stopped));
});

it('begins an import with each object that is uploaded, and never with its own results', () => {
  const [rule] = ofType(running, 'AWS::Events::Rule').filter(([id]) => id.startsWith('Import'));
  expect(rule![1].Properties.EventPattern.detail.object).toEqual({ key: [{ prefix: incoming }] });
  expect(results.startsWith(incoming)).toBe(false);
});
