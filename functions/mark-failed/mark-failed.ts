import { decideLoop } from '../../core/decide-loop.ts';
import { closed } from '../../core/enrollment/after-end.ts';
import { deliveryIdOf } from '../../core/enrollment/delivery-id.ts';
import { hasMoved } from '../../core/enrollment/enrollment.ts';
import type { DecisionPorts } from '../../core/ports.ts';
import { Draft } from '../../core/profile/draft.ts';

export interface FailTask {
  readonly profileId: string;
  readonly enrollmentId: string;
  /** Of the journey; absent in executions of earlier releases. */
  readonly version?: string;
  readonly error: string;
  readonly cause: string;
}

/** Marks an enrollment whose execution broke, with the reason, so that nobody is lost without a word. */
export const markFailed =
  (ports: DecisionPorts) =>
  async (task: FailTask): Promise<void> => {
    const { profileId, enrollmentId, error, cause } = task;
    await decideLoop<void>(ports, async (attemptId) => {
      const loaded = await ports.profiles.load(profileId);
      const [row] = await ports.profiles.enrollments([enrollmentId]);
      if (!loaded || row?.status !== 'active' || hasMoved(row, task)) return { answer: undefined };
      const definitions = await ports.definitions.current();
      const draft = new Draft(
        { definitions, nowMs: ports.clock.nowMs(), attemptId, enrollments: new Map(), journeys: new Map() },
        [loaded],
      );
      const reason = `${error}: ${cause}`.slice(0, 500);
      draft.touch(loaded.profile.profileId);
      draft.fail(loaded.profile.profileId, row, reason);
      const delivery = await ports.profiles.delivery(deliveryIdOf(enrollmentId, row.cursor.stepId, row.cursor.visit));
      const open = closed(delivery, undefined);
      return { answer: undefined, change: draft.change(open ? { deliveries: [{ row: open, isNew: false }] } : {}) };
    });
  };
