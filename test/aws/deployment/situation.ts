import type { Templates } from './template.ts';

/** What a function threw, or a message of which it said that it failed. */
export interface Failure {
  readonly name: string;
  readonly error: unknown;
}

/** What all parts of a deployment look at. */
export interface Situation {
  readonly templates: Templates;
  /** Epoch milliseconds: the present of every function. */
  readonly nowMs: number;
  /** Whether what failed comes again, as often as the template says; else the first failure ends a test. */
  readonly isRedelivering: boolean;
  readonly failures: Failure[];
}
