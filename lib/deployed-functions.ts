// It imports nothing: `sojourn doctor` reads it, and is no place for CDK.

/** Every function that is deployed; each has a folder in `functions/` and a bundle in `dist/functions/`. */
export const deployedFunctions = [
  'accept-emitted',
  'accept-events',
  'answer-link',
  'begin-rounds',
  'control-journeys',
  'decide-winners',
  'enter-journey',
  'fill-lake',
  'fill-profiles',
  'find-due',
  'import-lines',
  'manage',
  'mark-failed',
  'publish-definitions',
  'publish-documents',
  'redrive',
  'register-hold',
  'relay',
  'resume-enrollment',
  'run-touch',
  'sweep-lake',
  'take-feedback',
  'wake-due',
  'walk-round',
] as const;
/** One of them. */
export type DeployedFunction = (typeof deployedFunctions)[number];

/** Functions in a template: ours, and the one that CDK's provider framework puts between CloudFormation and publishing. */
export const functionsInTemplate = deployedFunctions.length + 1;
