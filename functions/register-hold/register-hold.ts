import { decideLoop } from '../../core/decide-loop.ts';
import { hasMoved } from '../../core/enrollment/enrollment.ts';
import { callbackOf, withToken } from '../../core/enrollment/own-wait.ts';
import { anySend } from '../../core/journey/compile.ts';
import type { Ports } from '../../core/ports.ts';
import { Draft } from '../../core/profile/draft.ts';
import { parseInstant } from '../../core/time/instant.ts';

export type RegisterPorts = Pick<Ports, 'profiles' | 'definitions' | 'executions' | 'clock' | 'ids'>;
export interface HoldTask {
  readonly profileId: string;
  readonly enrollmentId: string;
  /** Of the journey; absent in executions of earlier releases. */
  readonly version?: string;
  /** The holding step; `*` for a send that waits for its time. */
  readonly stepId: string;
  readonly token: string;
  /** When its state was entered (ISO 8601), and tries before this one. */
  readonly enteredAt?: string;
  readonly retryCount?: number;
  /** Until when the execution will wait. */
  readonly wakeAt?: string;
}

type Registered = 'waiting' | 'already-resolved' | 'ended';

/** Puts the token of a waiting execution into its enrollment; where the hold is over already, the token is used at once. */
export const registerHold =
  (ports: RegisterPorts) =>
  async (task: HoldTask): Promise<Registered> => {
    const { profileId, enrollmentId, stepId, token, wakeAt } = task;
    const waitsUntilMs = (wakeAt === undefined ? undefined : parseInstant(wakeAt)) ?? -Infinity;
    const registered = await decideLoop<Registered>(ports, async (attemptId) => {
      const loaded = await ports.profiles.load(profileId);
      const [row] = await ports.profiles.enrollments([enrollmentId]);
      if (!loaded || row?.status !== 'active' || hasMoved(row, task)) return { answer: 'ended' };
      const { hold } = row;
      const isHere =
        hold !== undefined &&
        !hold.resolved &&
        (stepId === anySend ? hold.kind === 'deferral' : hold.stepId === stepId);
      // A wait that was moved nearer meanwhile: the touch that follows sends the execution back with the new time.
      if (!isHere || hold.wakeMs < waitsUntilMs) return { answer: 'already-resolved' };
      const callback = callbackOf(task);
      const held = callback ? withToken(hold, callback) : { ...hold, token };
      if (held === hold) return { answer: 'waiting' };
      const definitions = await ports.definitions.current();
      const draft = new Draft(
        { definitions, nowMs: ports.clock.nowMs(), attemptId, enrollments: new Map(), journeys: new Map() },
        [loaded],
      );
      draft.touch(loaded.profile.profileId);
      draft.putEnrollment({ ...row, hold: held });
      return { answer: 'waiting', change: draft.change() };
    });
    if (registered === 'already-resolved') await ports.executions.succeed(token, {});
    if (registered === 'ended')
      await ports.executions.fail(token, 'EnrollmentEnded', `Enrollment ${enrollmentId} has ended.`);
    return registered;
  };
