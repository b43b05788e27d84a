import { path, savedName, text } from '../../values.ts';
import type { LookupStep } from '../document.ts';
import { stepKeys, type StepKind } from './step-kind.ts';

/** Saves a row of a table. */
export const lookup: StepKind<LookupStep> = {
  kind: 'lookup',
  key: 'lookup',
  schema: stepKeys({ lookup: text('the name of a table'), by: path, save: savedName }),
  bodies: () => [],
  later: () => [{ path: ['lookup'], what: 'Looking up a row of a table' }],
  says: (step) => `Look up "${step.by}" in "${step.lookup}".`,
};
