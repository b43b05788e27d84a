import { beginHop } from '../../core/begin-hop.ts';
import { decideLoop } from '../../core/decide-loop.ts';
import type { Enrollment } from '../../core/enrollment/enrollment.ts';
import { decideRound } from '../../core/enrollment/decide-round.ts';
import { readRoundSubject } from '../../core/enrollment/rounds.ts';
import { lookAtMs, repairDelayMs } from '../../core/enrollment/parking.ts';
import { readEnrolled } from '../../core/enrollment/read-enrolled.ts';
import { followUp } from '../../core/follow-up.ts';
import { readWalk, walkMembers } from '../../core/group/walk.ts';
import { refreshGroups } from '../../core/group/refresh-groups.ts';
import { groupsSubject, quietGroupsSubject } from '../../core/group/subjects.ts';
import type { DueRow, Groups, PersonalData, Ports } from '../../core/ports.ts';
import { erasureDelayMs, erasureSubject } from '../../core/privacy/erasure.ts';
import { fillProfile } from '../../core/fill-profile.ts';
import { Draft } from '../../core/profile/draft.ts';
import { isBehind } from '../../core/segment/coverage.ts';

export type WakePorts = Pick<Ports, 'profiles' | 'definitions' | 'executions' | 'clock' | 'ids'> & {
  /** What is kept of people; it is asked for only where somebody is to be erased. */
  readonly personal: () => Promise<PersonalData>;
  readonly groups: Groups;
};

/**
 * Looks at what a due row points to: memberships, watched conditions and dates of a profile, its instant in a round of a
 * schedule, an erasure that is not over, groups that the person has joined or that have changed, or an enrollment gone quiet.
 */
export const wakeDue =
  (ports: WakePorts) =>
  (due: DueRow): Promise<void> =>
    due.subject === 'profile'
      ? wakeProfile(ports, due)
      : due.subject === erasureSubject
        ? wakeErasure(ports, due)
        : readRoundSubject(due.subject)
          ? wakeRound(ports, due)
          : isOfGroups(due)
            ? wakeGroups(ports, due)
            : repair(ports, due);

/** Time alone has changed something: everything is recomputed, and the next instant is written. */
async function wakeProfile(ports: WakePorts, due: DueRow): Promise<void> {
  if ((await tryToWake(ports, due)) !== 'behind') return;
  await fillProfile(ports)(due.profileId);
  await tryToWake(ports, due);
}

/** @returns `behind` for somebody who is to be filled with what is published first */
const tryToWake = (ports: WakePorts, due: DueRow): Promise<'behind' | undefined> =>
  decideLoop<'behind' | undefined>(ports, async (attemptId) => {
    const loaded = await ports.profiles.load(due.profileId);
    // A later row stands for this profile, or the one that it became part of has its own: this one was a hint too many.
    if (loaded?.profile.profileId !== due.profileId || due.dueMs < (loaded.profile.dueMs ?? Infinity))
      return { answer: undefined, change: { attemptId, profiles: [], undue: [due] } };
    const { profile } = loaded;
    const definitions = await ports.definitions.current();
    if (profile.isErased) return { answer: undefined, change: { attemptId, profiles: [], undue: [due] } };
    if (isBehind(profile, definitions)) return { answer: 'behind' };
    const nowMs = ports.clock.nowMs();
    const active = profile.enrollments.filter((stub) => stub.isActive);
    const enrolled = await readEnrolled(
      ports,
      active,
      (stub, journey) => stub.watchMs !== undefined || journey.watchesProfile,
    );
    const draft = new Draft({ definitions, nowMs, attemptId, ...enrolled }, [loaded]);
    draft.touch(profile.profileId);
    draft.notDue(due.profileId, 'profile');
    const { dueMs: _, ...rest } = profile;
    draft.set(rest);
    draft.settle(profile.profileId, definitions.rules, false);
    draft.wakeWatches(profile.profileId);
    return { answer: undefined, change: draft.change() };
  });

/** An erasure goes on where it was left. */
async function wakeErasure(ports: WakePorts, due: DueRow): Promise<void> {
  const { finishErasure } = await import('../../core/privacy/finish-erasure.ts');
  const receipt = await finishErasure({ ...ports, personal: await ports.personal() })(due.profileId);
  const next = { ...due, dueMs: ports.clock.nowMs() + erasureDelayMs };
  const isLeft = receipt?.status === 'erasing';
  await ports.profiles.commit({
    attemptId: ports.ids.attempt(),
    profiles: [],
    undue: [due],
    ...(isLeft && { due: [next] }),
  });
}

/** A round of a schedule has reached the person, wherever they live. */
async function wakeRound(ports: WakePorts, due: DueRow): Promise<void> {
  await decideLoop<void>(ports, async (attemptId) => {
    const loaded = await ports.profiles.load(due.profileId);
    const definitions = await ports.definitions.current();
    const change = decideRound({ due, loaded, definitions, nowMs: ports.clock.nowMs(), attemptId });
    return { answer: undefined, change };
  });
}

const isOfGroups = (due: DueRow): boolean =>
  due.subject === groupsSubject || due.subject === quietGroupsSubject || readWalk(due) !== undefined;

/** Somebody's groups, or the members of a group, are to be looked at. */
async function wakeGroups(ports: WakePorts, due: DueRow): Promise<void> {
  const walk = readWalk(due);
  await (walk ? walkMembers(ports, due, walk) : refreshGroups(ports, due.profileId, due));
}

/** An enrollment that should have moved on by now: its execution is told again or begun, or followed by the next hop. */
async function repair(ports: WakePorts, due: DueRow): Promise<void> {
  const [row] = await ports.profiles.enrollments([due.subject]);
  const nowMs = ports.clock.nowMs();
  if ((row?.dueMs ?? -Infinity) > due.dueMs) {
    await ports.profiles.commit({ attemptId: ports.ids.attempt(), profiles: [], undue: [due] });
    return;
  }
  const { hold } = row ?? {};
  const isLost = row?.status === 'active' && (!hold || hold.resolved !== undefined || nowMs >= hold.wakeMs);
  const isAlive = isLost && (await goesOn(ports, row));
  await followUp(ports, { enrollmentId: due.subject, profileId: due.profileId }, (current, draft) => {
    if (current?.status !== 'active') {
      draft.notDue(due.profileId, due.subject);
      return 'noted';
    }
    const isWaiting = current.hold && !current.hold.resolved && nowMs < current.hold.wakeMs;
    draft.dueAt(due.profileId, due.subject, isWaiting ? lookAtMs(current.hold) : nowMs + repairDelayMs);
    const isUntouched = current.attemptId === row?.attemptId;
    return isLost && !isAlive && isUntouched ? 'next-hop' : 'noted';
  });
}

/**
 * Whether the enrollment's execution goes on: it is told to, or is begun if it never was. One that is under way and only
 * late must not be given a second beside it: late ones are late by the thousand.
 */
async function goesOn(ports: WakePorts, row: Enrollment): Promise<boolean> {
  const { hold } = row;
  if (hold?.token !== undefined && (await ports.executions.succeed(hold.token, {})) === 'done') return true;
  // At a hold where it never registered, it may wait under a token that nobody knows.
  if (hold && hold.token === undefined) return false;
  return (await beginHop(ports.executions, row)) === 'running';
}
