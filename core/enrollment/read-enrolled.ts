import type { JourneyVersion } from '../definitions.ts';
import type { Ports } from '../ports.ts';
import { versionKey, type Surroundings } from '../profile/draft.ts';
import type { EnrollmentStub } from '../profile/profile.ts';

/** What a decision may touch of the journeys that people are in. */
export type Enrolled = Pick<Surroundings, 'enrollments' | 'journeys'>;

/**
 * Reads the pinned versions of enrollments, and the rows of those that a decision may touch.
 * @param isWanted whether a row is needed; by default all are
 */
export async function readEnrolled(
  ports: Pick<Ports, 'profiles' | 'definitions'>,
  stubs: readonly EnrollmentStub[],
  isWanted: (stub: EnrollmentStub, journey: JourneyVersion) => boolean = () => true,
): Promise<Enrolled> {
  const journeys = new Map<string, JourneyVersion>();
  const wanted: string[] = [];
  for (const stub of stubs) {
    const key = versionKey(stub);
    const journey = journeys.get(key) ?? (await ports.definitions.journey(stub.journeyId, stub.version));
    journeys.set(key, journey);
    if (isWanted(stub, journey)) wanted.push(stub.enrollmentId);
  }
  const rows = wanted.length === 0 ? [] : await ports.profiles.enrollments(wanted);
  return { journeys, enrollments: new Map(rows.map((row) => [row.enrollmentId, row])) };
}
