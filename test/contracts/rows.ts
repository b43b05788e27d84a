import type { Enrollment } from '../../core/enrollment/enrollment.ts';
import type { Delivery } from '../../core/message/delivery.ts';
import type { EventRow, Fact } from '../../core/ports.ts';
import { newProfile, type Profile } from '../../core/profile/profile.ts';
import type { MergeRow } from '../../core/profile/merge-log.ts';
import type { Task } from '../../core/task/task.ts';

/** An instant that rows stand at where the test does not care. */
export const atMs = 1_772_445_600_000;
export const aProfile = (profileId: string, over: Partial<Profile> = {}): Profile => ({
  ...newProfile(profileId, atMs),
  ...over,
});
export const anEvent = (profileId: string, eventId: string, over: Partial<EventRow> = {}): EventRow => ({
  profileId,
  eventId,
  type: 'track',
  name: 'Viewed',
  properties: { price: 10 },
  context: { ip: '127.0.0.1' },
  occurredMs: atMs,
  receivedMs: atMs,
  attemptId: 'attempt-1',
  ...over,
});
export const anEnrollment = (enrollmentId: string, over: Partial<Enrollment> = {}): Enrollment => ({
  enrollmentId,
  journeyId: 'cart',
  version: 'v1',
  profileId: 'p1',
  status: 'active',
  enteredMs: atMs,
  saved: {},
  cursor: { stepId: 'wait', visit: 0 },
  path: [],
  watches: {},
  hop: 0,
  attemptId: 'attempt-1',
  ...over,
});
export const aDelivery = (deliveryId: string, over: Partial<Delivery> = {}): Delivery => ({
  deliveryId,
  profileId: 'p1',
  journeyId: 'cart',
  enrollmentId: 'e1',
  stepId: 'hello',
  visit: 0,
  channel: 'email',
  template: 'hello',
  purpose: 'marketing',
  status: 'handing',
  atMs,
  attemptId: 'attempt-1',
  tries: 0,
  ...over,
});
export const aMerge = (mergedId: string, over: Partial<MergeRow> = {}): MergeRow => ({
  profileId: 'p1',
  mergedId,
  version: 1,
  atMs,
  eventId: 'm1',
  by: { kind: 'anonymousId', value: 'a1' },
  rule: 'identifier',
  identifiers: [{ kind: 'anonymousId', value: 'a1' }],
  ...over,
});
export const aTask = (taskId: string, over: Partial<Task> = {}): Task => ({
  taskId,
  profileId: 'p1',
  journeyId: 'cart',
  enrollmentId: 'e1',
  stepId: 'call-back',
  queue: 'calls',
  title: 'Call Ana',
  status: 'open',
  createdMs: atMs,
  ...over,
});
export const aFact = (name: string, over: Partial<Fact> = {}): Fact => ({
  profileId: 'p1',
  kind: 'event',
  name,
  atMs,
  detail: { eventId: name },
  isOutgoing: true,
  ...over,
});
