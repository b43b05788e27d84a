import type { Ports } from '../../core/ports.ts';

export type ResumePorts = Pick<Ports, 'profiles' | 'executions'>;

/**
 * Tells a waiting execution that its enrollment ended or its hold is over. The row is the truth: no token in it means
 * that the execution will find out by itself when it registers.
 */
export const resumeEnrollment =
  ({ profiles, executions }: ResumePorts) =>
  async (enrollmentId: string): Promise<'told' | 'nobody-waits'> => {
    let lastToken: string | undefined;
    for (;;) {
      const [row] = await profiles.enrollments([enrollmentId]);
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
