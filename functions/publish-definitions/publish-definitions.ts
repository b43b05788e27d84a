import {
  decideAgain,
  decidePublication,
  type DecidedPublication,
  type PublicationState,
} from '../../core/journey/versions/publication.ts';
import { decideDeployment, type SaidSoFar } from '../../core/journey/versions/deployment.ts';
import type { WorkflowFile } from '../../core/journey/read-documents.ts';
import type { Clock } from '../../core/ports.ts';
import { renderProblem, type Problem } from '../../core/problem.ts';

/** Where a deployment publishes. */
export interface DeploymentPublications {
  said(): Promise<SaidSoFar | undefined>;
  state(): Promise<PublicationState>;
  put(next: DecidedPublication, saying: Partial<SaidSoFar>): Promise<unknown>;
}
export interface DeployPorts {
  readonly publications: DeploymentPublications;
  readonly clock: Pick<Clock, 'nowMs'>;
}
/** What a deployment brings. */
export interface DeployTask {
  readonly files: readonly WorkflowFile[];
  /** Hash of the files. */
  readonly brings: string;
  /** The documents that it means to take back. */
  readonly replaces?: string;
}

/** A deployment that is not to be: its message says why, and what can be done. */
export class DeploymentRefused extends Error {
  override readonly name = 'DeploymentRefused';
}

const kept =
  'What was published since the last deployment stays current: this one brings the documents of the last. Those of its journeys whose machines it has changed use them.';

/**
 * Makes a deployment's documents the current ones, unless others were published since the last one. Safe to repeat.
 * @returns what it did, in a sentence
 * @throws DeploymentRefused
 */
export const deployDocuments =
  ({ publications, clock }: DeployPorts) =>
  async ({ files, brings, replaces }: DeployTask): Promise<string> => {
    const wish = { brings, ...(replaces !== undefined && { replaces }) };
    const decision = decideDeployment(await publications.said(), wish);
    if (decision.kind === 'refuse') throw new DeploymentRefused(decision.sentence);
    const state = await publications.state();
    if (decision.kind === 'keep') {
      const again = decideAgain(state);
      if (again) await publications.put(again, {});
      return kept;
    }
    const decided = decidePublication(state, { files, by: 'deployment', nowMs: clock.nowMs() });
    if (decided.kind === 'refused') throw new DeploymentRefused(errorsIn(decided.problems));
    await publications.put(decided, { said: brings, deployed: brings });
    const held = Object.keys(decided.held);
    return held.length === 0
      ? 'The documents of this deployment are current.'
      : `The documents of this deployment are current, but for journeys that were rolled back or closed: ${held.join(', ')}.`;
  };

/** CloudFormation shows 4 KB of a reason. */
function errorsIn(problems: readonly Problem[]): string {
  const errors = problems.filter(({ severity }) => severity === 'error');
  return `With what is rolled back or closed, the documents have ${errors.length} errors. The first: ${renderProblem(errors[0]!)}`;
}
