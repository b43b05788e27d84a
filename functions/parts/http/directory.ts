import type { Enrollment } from '../../../core/enrollment/enrollment.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { Delivery, Suppression } from '../../../core/message/delivery.ts';
import type { Message as RenderedMessage } from '../../../core/message/message.ts';
import type { MergeRow } from '../../../core/profile/merge-log.ts';
import type { Task } from '../../../core/task/task.ts';

/** Which part of a list is asked for. */
export interface PageQuery {
  /** 1–1000. */
  readonly limit: number;
  readonly cursor?: string;
}
export interface Page<T> {
  readonly items: readonly T[];
  /** Cursor of the next page; absent at the end. */
  readonly next?: string;
}

export interface TimelineItem {
  readonly kind: 'event' | 'delivery' | 'segment' | 'enrollment' | 'consent' | 'conflict' | 'task';
  readonly atMs: number;
  readonly name: string;
  readonly detail: JsonObject;
}
export interface TaskFilter {
  readonly queue?: string;
  readonly status?: Task['status'];
}
export interface DeliveryFilter {
  readonly journeyId?: string;
  readonly channel?: string;
  readonly status?: string;
}
export interface JourneyCounts {
  readonly byStatus: { readonly [status: string]: number };
  readonly byReason: { readonly [reason: string]: number };
  /** How many have been at each step. */
  readonly reached: { readonly [stepId: string]: number };
  /** How many stand at each step now. */
  readonly standing: { readonly [stepId: string]: number };
  readonly goals: number;
  /** Deliveries by step, then by status or reason. */
  readonly deliveries: { readonly [stepId: string]: { readonly [outcome: string]: number } };
}

/** The lists that people look at: read models of the same rows, newest first. */
export interface Directory {
  timeline(profileIds: readonly string[], page: PageQuery): Promise<Page<TimelineItem>>;
  /** What was merged into these, and why. */
  mergesOf(profileIds: readonly string[], page: PageQuery): Promise<Page<MergeRow>>;
  enrollmentsOf(profileIds: readonly string[], page: PageQuery): Promise<Page<Enrollment>>;
  deliveriesOf(profileIds: readonly string[], page: PageQuery): Promise<Page<Delivery>>;
  members(
    kind: 'segment' | 'audience' | 'group',
    id: string,
    page: PageQuery,
  ): Promise<Page<{ readonly profileId: string; readonly sinceMs: number }>>;
  memberCounts(kind: 'segment' | 'audience'): Promise<{ readonly [id: string]: number }>;
  enrollmentsIn(journeyId: string, status: string | undefined, page: PageQuery): Promise<Page<Enrollment>>;
  journeyCounts(journeyId: string): Promise<JourneyCounts>;
  deliveries(filter: DeliveryFilter, page: PageQuery): Promise<Page<Delivery>>;
  tasks(filter: TaskFilter, page: PageQuery): Promise<Page<Task>>;
  /** Triggers of a journey that were refused and left a note, newest first. */
  refusalsOf(
    profileIds: readonly string[],
    journeyId: string,
  ): Promise<readonly { readonly atMs: number; readonly reason: string }[]>;
  message(deliveryId: string): Promise<RenderedMessage | undefined>;
  suppressions(
    channel: string | undefined,
    addressHash: string | undefined,
    page: PageQuery,
  ): Promise<Page<Suppression>>;
}

/** A cursor that cannot be read. */
export class CursorInvalid extends Error {}

/** An opaque cursor: where the page before it ended. */
export const cursorOf = (atMs: number, id: string): string =>
  Buffer.from(JSON.stringify([atMs, id])).toString('base64url');
/** @throws CursorInvalid */
export function openCursor(cursor: string): readonly [atMs: number, id: string] {
  try {
    const at: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(at) && at.length === 2 && typeof at[0] === 'number' && typeof at[1] === 'string')
      return [at[0], at[1]];
  } catch {
    // Falls through: no JSON is no cursor either.
  }
  throw new CursorInvalid('The cursor was not made here.');
}
