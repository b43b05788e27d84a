import { beginHop } from './begin-hop.ts';
import { decideLoop } from './decide-loop.ts';
import type { Enrollment } from './enrollment/enrollment.ts';
import { unparked } from './enrollment/parking.ts';
import type { Ports } from './ports.ts';
import { Draft } from './profile/draft.ts';

type FollowPorts = Pick<Ports, 'profiles' | 'definitions' | 'executions' | 'clock' | 'ids'>;
/** What becomes of an enrollment that is looked at: nothing, what the draft says of the person, or also its next hop. */
export type FollowUp = 'nothing' | 'noted' | 'next-hop';

/**
 * Looks at an enrollment and begins its next hop where that is so decided, by whoever writes it down first. One that dies
 * between the two leaves a due row that begins it.
 * @returns whether a hop was begun
 */
export async function followUp(
  ports: FollowPorts,
  { enrollmentId, profileId }: Pick<Enrollment, 'enrollmentId' | 'profileId'>,
  decide: (row: Enrollment | undefined, draft: Draft) => FollowUp,
): Promise<boolean> {
  const begun = await decideLoop<Enrollment | undefined>(ports, async (attemptId) => {
    const loaded = await ports.profiles.load(profileId);
    const [row] = await ports.profiles.enrollments([enrollmentId]);
    if (!loaded) return { answer: undefined };
    // The answer to this commit was lost: the next hop is in the row already.
    if (row?.status === 'active' && row.attemptId === attemptId) return { answer: row };
    const around = { nowMs: ports.clock.nowMs(), attemptId, enrollments: new Map(), journeys: new Map() };
    const draft = new Draft({ ...around, definitions: await ports.definitions.current() }, [loaded]);
    draft.touch(loaded.profile.profileId);
    const verdict = decide(row, draft);
    if (verdict === 'nothing') return { answer: undefined };
    const next = verdict === 'next-hop' && row ? nextHop(row) : undefined;
    if (next) draft.putEnrollment(next);
    return { answer: next, change: draft.change() };
  });
  if (begun) await beginHop(ports.executions, begun);
  return begun !== undefined;
}

const nextHop = ({ hold, ...row }: Enrollment): Enrollment => ({
  ...row,
  ...(hold && { hold: unparked(hold) }),
  hop: row.hop + 1,
});
