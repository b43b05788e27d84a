import type { Tried } from '../decide-loop.ts';
import type { JsonObject } from '../json.ts';
import type { Fact, Loaded } from '../ports.ts';
import type { Task } from './task.ts';

/** The event by which a journey hears what came of a task. */
export const taskCompleted = 'Task Completed';

/** What came of a task. */
export interface TaskResult {
  readonly outcome: string;
  /** Told with the event, beside what says which task it was. */
  readonly properties: JsonObject;
}
export type TaskAnswer =
  | { readonly kind: 'done'; readonly task: Task }
  | { readonly kind: 'unknown' }
  /** Somebody was first, with another outcome. */
  | { readonly kind: 'other-outcome'; readonly task: Task }
  /** Its person was erased: there is nobody to do anything for. */
  | { readonly kind: 'closed' };

export interface CompletionContext {
  readonly task: Task;
  readonly loaded: Loaded;
  readonly result: TaskResult;
  readonly attemptId: string;
  readonly nowMs: number;
}

/** What came of a task is said once; the same outcome once more changes nothing. */
export function decideCompletion({ task, loaded, result, attemptId, nowMs }: CompletionContext): Tried<TaskAnswer> {
  const { outcome } = result;
  if (task.status === 'done')
    return { answer: task.outcome === outcome ? { kind: 'done', task } : { kind: 'other-outcome', task } };
  if (loaded.profile.isErased) return { answer: { kind: 'closed' } };
  const done: Task = { ...task, status: 'done', doneMs: nowMs, outcome };
  return {
    answer: { kind: 'done', task: done },
    change: {
      attemptId,
      profiles: [{ expectedVersion: loaded.version, profile: loaded.profile }],
      tasks: [{ row: done, isNew: false }],
      facts: [completion(done, result, loaded.profile.profileId)],
    },
  };
}

/** The relay makes an event of it, under an id of the task's: once, however often it is told. */
function completion({ taskId, doneMs, ...task }: Task, { outcome, properties }: TaskResult, profileId: string): Fact {
  const { queue, title, journeyId, enrollmentId, stepId } = task;
  const own = { taskId, queue, title, outcome, journeyId, enrollmentId, stepId };
  return {
    profileId,
    kind: 'emit',
    name: taskCompleted,
    atMs: doneMs ?? 0,
    detail: { messageId: `task-${taskId}`, properties: { ...properties, ...own }, journeyId },
    isOutgoing: true,
  };
}
