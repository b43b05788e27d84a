import { decideLoop } from '../../core/decide-loop.ts';
import { closed } from '../../core/enrollment/after-end.ts';
import type { Enrollment } from '../../core/enrollment/enrollment.ts';
import { deliveryIdOf } from '../../core/enrollment/delivery-id.ts';
import { followUp } from '../../core/follow-up.ts';
import type { Ports } from '../../core/ports.ts';

export type ResumePorts = Pick<Ports, 'profiles' | 'definitions' | 'executions' | 'clock' | 'ids'> & {
  readonly channels: Pick<Ports['channels'], 'reconcile'>;
};

/**
 * Tells a waiting execution that its enrollment ended or its hold is over. The row is the truth: no token in it means
 * that the execution will find out by itself when it registers.
 */
export const resumeEnrollment =
  (ports: ResumePorts) =>
  async (enrollmentId: string): Promise<'told' | 'nobody-waits'> => {
    const { profiles, executions } = ports;
    let lastToken: string | undefined;
    for (;;) {
      const [row] = await profiles.enrollments([enrollmentId]);
      if (row && row.status !== 'active' && lastToken === undefined) await closeMessage(ports, row);
      if (row?.status === 'active' && row.hold?.isParked && row.hold.resolved) return goOn(ports, row);
      const token = row?.hold?.token;
      if (!row || token === undefined || token === lastToken) return 'nobody-waits';
      const told =
        row.status === 'active'
          ? await executions.succeed(token, {})
          : await executions.fail(
              token,
              'EnrollmentEnded',
              `Enrollment ${enrollmentId} ended: ${row.reason ?? row.status}.`,
            );
      if (told === 'done') return 'told';
      // A dead token: a newer one may have been registered since the row was read.
      lastToken = token;
    }
  };

/** Nobody waited: the next hop is begun, unless somebody else has begun it. */
async function goOn(ports: ResumePorts, row: Enrollment): Promise<'told' | 'nobody-waits'> {
  const isBegun = await followUp(ports, row, (current) =>
    current?.status === 'active' && current.hold?.isParked ? 'next-hop' : 'nothing',
  );
  return isBegun ? 'told' : 'nobody-waits';
}

/** Writes down what becomes of the message at which the enrollment stood when it ended. */
async function closeMessage(ports: ResumePorts, { profileId, enrollmentId, cursor }: Enrollment): Promise<void> {
  const deliveryId = deliveryIdOf(enrollmentId, cursor.stepId, cursor.visit);
  const standing = await ports.profiles.delivery(deliveryId);
  const found =
    standing?.status === 'handing' ? await ports.channels.reconcile(deliveryId, standing.channel) : undefined;
  if (!closed(standing, found)) return;
  await decideLoop<void>(ports, async (attemptId) => {
    const loaded = await ports.profiles.load(profileId);
    const row = closed(await ports.profiles.delivery(deliveryId), found);
    if (!loaded || !row) return { answer: undefined };
    const { profile, version } = loaded;
    const profiles = [{ expectedVersion: version, profile }];
    return { answer: undefined, change: { attemptId, profiles, deliveries: [{ row, isNew: false }] } };
  });
}
