import { Tags, type Stack } from 'aws-cdk-lib';
import type { Stage } from './settings.ts';

/** Tags all that is in a stack, and tells cfn-lint what it need not say. */
export function markStack(stack: Stack, stage: Stage): void {
  Tags.of(stack).add('sojourn:stage', stage);
  stack.templateOptions.metadata = {
    // CDK writes dependencies out even where a reference makes them too.
    'cfn-lint': { config: { ignore_checks: ['W3005'] } },
  };
}
