import type { Exposures } from '../experiment/exposure.ts';
import type { JsonObject } from '../json.ts';
import type { ConditionState } from '../profile/profile.ts';

/** How a passage stands; all but the first are ends. */
export const enrollmentStatuses = ['active', 'completed', 'exited', 'failed', 'held-out'] as const;
export type EnrollmentStatus = (typeof enrollmentStatuses)[number];

/** Why an enrollment ended, from one closed list. */
export type ExitReason =
  | 'exit-event'
  | 'exit-condition'
  | 'converted'
  | 'restart'
  | 'merged'
  | 'unmerged'
  | 'erased'
  | 'stopped'
  | 'exited-before-entry';

/** Why a trigger did not become an enrollment, from one closed list. */
export type EntryRefusal =
  | 'stale'
  | 'not-matched'
  | 'key_missing'
  | 'already-inside'
  | 'again'
  | 'when'
  | 'not-in-segment'
  | 'exit-condition'
  | 'converted'
  | 'too-many'
  | 'limit'
  | 'paused'
  | 'stopped'
  | 'breaker'
  | 'unknown-journey'
  | 'erased';

/** How a hold ended: by what it waited for, by time, or passing over what follows. */
export type HoldOutcome = 'event' | 'timeout' | 'skip';

/** What an enrollment is waiting at. */
export interface Hold {
  readonly stepId: string;
  readonly visit: number;
  readonly kind: 'step' | 'deferral';
  readonly wakeMs: number;
  /** The profile's version at arrival: `waitFor` looks at what is accepted after it. */
  readonly sinceVersion: number;
  readonly resolved?: { readonly outcome: HoldOutcome; readonly eventId?: string; readonly atMs: number };
  /** Callback token of the execution that waits; absent until it has registered. */
  readonly token?: string;
  /** When and at which try that token was given out: an older one never takes its place. */
  readonly tokenAsOf?: string;
  /** No execution waits here: it has ended, and the next hop is begun when the hold is over. */
  readonly isParked?: true;
}

/** The event that began an enrollment, as templates and conditions read it. */
export interface TriggerEvent {
  readonly eventId: string;
  readonly name: string;
  readonly properties: JsonObject;
  readonly occurredMs: number;
}

/** A part of a journey that something may end early, or that is walked again. */
export interface Stretch {
  /** Rounds begun. */
  readonly count: number;
  /** When it began, and the profile's version then: what is accepted later may end it. */
  readonly sinceMs: number;
  readonly sinceVersion: number;
}

/** One profile's passage through one journey version: the truth, of which an execution is only the timer. */
export interface Enrollment {
  readonly enrollmentId: string;
  readonly journeyId: string;
  readonly version: string;
  readonly profileId: string;
  readonly key?: string;
  readonly status: EnrollmentStatus;
  readonly reason?: string;
  readonly enteredMs: number;
  readonly exitedMs?: number;
  readonly goalReachedMs?: number;
  /** Variants that the person met here. */
  readonly exposures?: Exposures;
  readonly event?: TriggerEvent;
  /** What `save` and `call` put aside: `journey.…`. */
  readonly saved: JsonObject;
  /** The node to run next (or that holds), and how many nodes have been run: an older touch does nothing. */
  readonly cursor: { readonly stepId: string; readonly visit: number };
  readonly path: readonly string[];
  readonly hold?: Hold;
  /** Watched conditions' states, by leaf key. */
  readonly watches: { readonly [leafKey: string]: ConditionState };
  /** Cascades and repeated lists that were begun, by the step that begins them. */
  readonly stretches?: { readonly [stepId: string]: Stretch };
  /** First try of the send at the cursor, from which its `useBy` counts. */
  readonly attemptedMs?: number;
  /** How often the question of the step at the cursor was not answered well. */
  readonly tries?: number;
  readonly hop: number;
  /** When the pending due row fires, by which a lost execution is found. */
  readonly dueMs?: number;
  readonly attemptId: string;
}

/** Whether an enrollment has gone over to another version than the one a task is of: that task does nothing any more. */
export const hasMoved = (row: Enrollment, task: { readonly version?: string }): boolean =>
  task.version !== undefined && task.version !== row.version;

/** When a person last entered a journey (and key): what `again` asks. */
export interface EntryGuard {
  readonly profileId: string;
  readonly journeyId: string;
  readonly key: string;
  readonly enteredMs: number;
  readonly enrollmentId: string;
}
