import { decideLoop, type Tried } from '../../core/decide-loop.ts';
import type { DecisionPorts } from '../../core/ports.ts';
import { decideCompletion, type TaskAnswer, type TaskResult } from '../../core/task/complete.ts';

export interface CompletionTask extends TaskResult {
  readonly taskId: string;
}

/**
 * Writes what came of a task. The event that tells of it is committed with it, so neither is ever without the other; it is
 * accepted like any other right after.
 */
export const completeTask =
  (ports: DecisionPorts) =>
  ({ taskId, ...result }: CompletionTask): Promise<TaskAnswer> =>
    decideLoop<TaskAnswer>(ports, async (attemptId): Promise<Tried<TaskAnswer>> => {
      const known = await ports.profiles.task(taskId);
      const loaded = known && (await ports.profiles.load(known.profileId));
      // Read behind the profile, at whose version it is written: what somebody else made of it meanwhile is then seen.
      const task = loaded && (await ports.profiles.task(taskId));
      if (!task) return { answer: { kind: 'unknown' } };
      return decideCompletion({ task, loaded, result, attemptId, nowMs: ports.clock.nowMs() });
    });
