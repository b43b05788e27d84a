import type { Enrollment } from './enrollment/enrollment.ts';
import type { Executions } from './ports.ts';

/** Begins the execution of an enrollment's hop; safe to repeat. */
export const beginHop = (
  executions: Executions,
  { enrollmentId, profileId, journeyId, version, hop }: Enrollment,
): ReturnType<Executions['start']> =>
  executions.start({ name: `${enrollmentId}-${hop}`, journeyId, version, input: { enrollmentId, profileId } });
