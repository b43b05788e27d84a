import { journeySubject } from '../../core/control/stop.ts';
import { decideLoop } from '../../core/decide-loop.ts';
import type { Enrollment } from '../../core/enrollment/enrollment.ts';
import type { DecisionPorts } from '../../core/ports.ts';
import { Draft } from '../../core/profile/draft.ts';

/** One part of a list, and where the next begins. */
interface Part {
  readonly items: readonly Enrollment[];
  readonly next?: string;
}
export type EndPorts = DecisionPorts & {
  /** Who is inside a journey, part by part. */
  readonly inside: (journeyId: string, cursor: string | undefined) => Promise<Part>;
};
export interface EndTask {
  readonly journeyId: string;
  /** Whether nothing new is to be begun. */
  readonly isTimeOver: () => boolean;
}
export interface EndAnswer {
  readonly ended: number;
  /** Whether the time was over before everybody was out: call again. */
  readonly isMore: boolean;
}

/** People ended at once: each takes a read and a commit. */
const atOnce = 16;

/** Ends everybody inside a journey that was stopped, as far as the time goes. Safe to repeat, and to break off. */
export const endEnrollments =
  (ports: EndPorts) =>
  async ({ journeyId, isTimeOver }: EndTask): Promise<EndAnswer> => {
    let ended = 0;
    let cursor: string | undefined;
    do {
      const part: Part = await ports.inside(journeyId, cursor);
      for (let at = 0; at < part.items.length; at += atOnce) {
        // Whoever resumes the journey meanwhile keeps those who are still inside.
        if ((await ports.profiles.stops()).get(journeySubject(journeyId)) !== 'stopped')
          return { ended, isMore: false };
        if (isTimeOver()) return { ended, isMore: true };
        const outcomes = await Promise.all(part.items.slice(at, at + atOnce).map((row) => endOne(ports, row)));
        ended += outcomes.filter((isEnded) => isEnded).length;
        await ports.profiles.durable();
      }
      cursor = part.next;
    } while (cursor !== undefined);
    return { ended, isMore: false };
  };

const endOne = (ports: DecisionPorts, { profileId, enrollmentId }: Enrollment): Promise<boolean> =>
  decideLoop<boolean>(ports, async (attemptId) => {
    const loaded = await ports.profiles.load(profileId);
    const [row] = await ports.profiles.enrollments([enrollmentId]);
    const stub = loaded?.profile.enrollments.find((one) => one.enrollmentId === enrollmentId);
    if (!loaded || !stub || row?.status !== 'active') return { answer: row?.attemptId === attemptId };
    const around = { nowMs: ports.clock.nowMs(), attemptId, enrollments: new Map(), journeys: new Map() };
    const draft = new Draft({ ...around, definitions: await ports.definitions.current() }, [loaded]);
    draft.touch(loaded.profile.profileId);
    draft.end(loaded.profile.profileId, stub, row, 'stopped');
    return { answer: true, change: draft.change() };
  });
