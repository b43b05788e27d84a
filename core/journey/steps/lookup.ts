import { path, savedName, text } from '../../values.ts';
import type { LookupStep } from '../document.ts';
import { stepKeys, type StepKind } from './step-kind.ts';

/** Saves a row of a table. */
export const lookup: StepKind<LookupStep> = {
  kind: 'lookup',
  key: 'lookup',
  schema: stepKeys({ lookup: text('the name of a table'), by: path, save: savedName }),
  bodies: () => [],
  references: (step) => (step.lookup === undefined ? [] : [{ path: ['lookup'], to: 'table', id: step.lookup }]),
  saves: (step) => (step.save === undefined ? [] : [{ path: ['save'], name: step.save, table: step.lookup }]),
  reads: (step) => (step.by === undefined ? [] : [{ path: ['by'], value: step.by }]),
  says: (step) => `Look up "${step.by}" in "${step.lookup}".`,
};
