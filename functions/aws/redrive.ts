import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Clock } from '../../core/ports.ts';
import { isObject } from '../../core/json.ts';
import { parseInstant } from '../../core/time/instant.ts';
import type { Bus } from './bus.ts';
import { redriveProfile, type ProfileTask } from './redrive-profile.ts';
import { redriveRecords } from './redrive-records.ts';
import { TaskInvalid } from './tasks.ts';

/** Where facts are read from, and where they go again. */
export interface RedriveOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly bus: Pick<Bus, 'publish'>;
  readonly queues: SQSClient;
  /** Whole records that the relay could not carry. */
  readonly deadQueueUrl: string;
  readonly clock: Clock;
  /** Told of what failed once more: a message or a fact by its id. */
  readonly onFailed: (id: string, error: unknown) => void;
}

/** What is carried again: records that the relay put aside, or all that one person's own rows tell. */
export type RedriveTask = { readonly kind: 'records' } | ProfileTask;

/** What one call came to; it may be made again at any time, since facts are published at least once. */
export interface RedriveAnswer {
  /** Records, or facts. */
  readonly carried: number;
  /** Those that failed once more: records stay where they are. */
  readonly failed: number;
  /** Whether time ran out before all was seen. */
  readonly isMore: boolean;
  /** How far a person's rows were read, to be given back as `after`. */
  readonly next?: string;
  /** Whether there is such a person. */
  readonly isKnown?: boolean;
}

/** Whoever waits hears from it within about a minute: no connection has to stay open and silent for long. */
const longestMs = 45_000;
/** What was begun when time ran out must end before the function does. */
const marginMs = 60_000;

/** Publishes facts again, as far as it comes in its time. */
export function redrive(options: RedriveOptions, task: RedriveTask, remainingMs: number): Promise<RedriveAnswer> {
  const untilMs = options.clock.nowMs() + Math.min(longestMs, remainingMs - marginMs);
  return task.kind === 'records' ? redriveRecords(options, untilMs) : redriveProfile(options, task, untilMs);
}

/** @throws TaskInvalid */
export function parseRedrive(input: unknown): RedriveTask {
  const { kind, profileId, since, after } = isObject(input) ? input : {};
  if (kind === 'records') return { kind };
  if (kind !== 'profile' || typeof profileId !== 'string' || profileId === '')
    throw new TaskInvalid('Redrive takes { "kind": "records" } or { "kind": "profile", "profileId": … }.');
  const sinceMs = typeof since === 'string' ? parseInstant(since) : undefined;
  if (since !== undefined && sinceMs === undefined)
    throw new TaskInvalid('"since" is an instant with a zone, such as 2026-11-21T10:00:00Z.');
  if (after !== undefined && typeof after !== 'string') throw new TaskInvalid('"after" is what "next" was.');
  return { kind, profileId, ...(sinceMs !== undefined && { sinceMs }), ...(after !== undefined && { after }) };
}
