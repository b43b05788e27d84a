import { keys, map } from '../../shape.ts';
import { path, text } from '../../values.ts';
import type { CallStep } from '../document.ts';
import { stepKeys, type StepKind } from './step-kind.ts';

/** Asks another system, and saves what it answers. */
export const call: StepKind<CallStep> = {
  kind: 'call',
  key: 'call',
  schema: stepKeys({
    call: keys('{ "webhook": … }', {
      webhook: text('the id of a webhook template'),
      save: map('names with the paths of the answer that they keep', path).optional(),
    }),
  }),
  bodies: () => [],
  saves: ({ call: asked }) =>
    Object.keys(asked?.save ?? {}).map((name) => ({ path: ['call', 'save', name], at: 'key' as const, name })),
  messages: ({ call: asked }) =>
    asked?.webhook === undefined ? [] : [{ path: ['call', 'webhook'], channel: 'webhook', template: asked.webhook }],
  says: (step) => `Call "${step.call.webhook}".`,
};
