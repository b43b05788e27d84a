import type { Definitions, JourneyVersion } from '../definitions.ts';
import { aroundTheWorldMs, instantInRound, nextRound, scheduleOf, type Round } from '../journey/schedule.ts';
import type { DueRow, RoundProgress } from '../ports.ts';
import type { Profile } from '../profile/profile.ts';
import { zoneOf } from '../segment/view.ts';
import { onceId, type Trigger } from './enter.ts';

/** Whoever joins a segment shortly before a round looks after themselves: lists of members may lag behind. */
const lagMs = 15 * 60_000;

/** What a due row of a person in a round is about. */
export const roundSubject = (journeyId: string, roundId: string): string => `schedule:${journeyId}:${roundId}`;
export function readRoundSubject(
  subject: string,
): { readonly journeyId: string; readonly roundId: string } | undefined {
  const [, journeyId, roundId] = /^schedule:([^:]+):(.+)$/.exec(subject) ?? [];
  return journeyId === undefined || roundId === undefined ? undefined : { journeyId, roundId };
}

/** When it is a round's time for a person; `undefined` for a journey that no schedule begins. */
export function roundInstant(
  { document }: JourneyVersion,
  roundId: string,
  profile: Profile,
  definitions: Definitions,
): number | undefined {
  const entry = scheduleOf(document);
  const zone = zoneOf(profile, definitions);
  return entry && instantInRound(entry.schedule, roundId, zone, definitions.workspace.timeZone);
}

/** When a schedule's time comes next for a person, a member or not; `undefined` for never again. */
export function nextRoundFor(
  journey: JourneyVersion,
  profile: Profile,
  definitions: Definitions,
  nowMs: number,
): number | undefined {
  const { timeZone } = definitions.workspace;
  const entry = scheduleOf(journey.document);
  let round = entry && nextRound(entry.schedule, timeZone, nowMs - aroundTheWorldMs - 1);
  while (entry && round) {
    const atMs = roundInstant(journey, round.id, profile, definitions);
    if (atMs !== undefined && atMs > nowMs) return atMs;
    round = nextRound(entry.schedule, timeZone, round.beginsMs);
  }
  return undefined;
}

/**
 * The rounds that a member has before them and that the walk over the segment may have passed by already: of those who
 * joined since, moved to another zone, or were another person.
 */
export function roundsAhead(
  profile: Profile,
  segments: readonly string[],
  definitions: Definitions,
  nowMs: number,
): readonly DueRow[] {
  const { profileId } = profile;
  return segments
    .flatMap((id) => definitions.schedulesBySegment.get(id) ?? [])
    .flatMap((journey) =>
      openRounds(journey, definitions, nowMs).flatMap((round): DueRow[] => {
        const dueMs = roundInstant(journey, round.id, profile, definitions) ?? -Infinity;
        return dueMs < nowMs ? [] : [{ profileId, subject: roundSubject(journey.id, round.id), dueMs }];
      }),
    );
}

/** Rounds that have begun, or are about to, and are not over. */
function openRounds({ document }: JourneyVersion, { workspace }: Definitions, nowMs: number): readonly Round[] {
  const entry = scheduleOf(document);
  const found: Round[] = [];
  let round = entry && nextRound(entry.schedule, workspace.timeZone, nowMs - aroundTheWorldMs - 1);
  while (entry && round && round.beginsMs <= nowMs + lagMs) {
    found.push(round);
    round = nextRound(entry.schedule, workspace.timeZone, round.beginsMs);
  }
  return found;
}

/** The trigger that a round is for one member. @param takenUpMs when the round was begun: a long walk is not late */
export function roundTrigger(
  roundId: string,
  { profile, version }: { readonly profile: Profile; readonly version: number },
  { atMs, takenUpMs }: { readonly atMs: number; readonly takenUpMs: number },
): Trigger {
  const { profileId } = profile;
  const once = onceInRound(roundId);
  const triggerId = onceId(profileId, once);
  return { kind: 'schedule', once, round: roundId, triggerId, atMs, takenUpMs, profileId, version };
}
/** What a person meets once: a round's day. One whose time is moved on the day is the same one still. */
export const onceInRound = (roundId: string): string => `round/${roundId.slice(0, '2026-12-01'.length)}`;

/** A part of a round of which the schedule says nothing any more; where it does again, the part is walked anew. */
export const closed = (part: RoundProgress): RoundProgress => ({
  ...part,
  isDone: true,
  isClosed: true,
  closings: (part.closings ?? 0) + 1,
});
