import type { Stage } from './settings.ts';

/** How names of machines and rules begin that are made without a deployment; CloudFormation gives no such names. */
export const ownPrefix = (stage: Stage): string => `Sojourn-${stage}-journey-`;
