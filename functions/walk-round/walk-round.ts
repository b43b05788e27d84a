import type { JourneyVersion } from '../../core/definitions.ts';
import { standingIds, type EntryAnswer, type Trigger } from '../../core/enrollment/enter.ts';
import { scoreOf } from '../../core/enrollment/limit.ts';
import { placeOf } from '../../core/enrollment/place.ts';
import { closed, roundInstant, roundSubject, roundTrigger } from '../../core/enrollment/rounds.ts';
import { staleMs } from '../../core/enrollment/stale.ts';
import { isRoundOf, scheduleOf, type ScheduledEntry } from '../../core/journey/schedule.ts';
import type { DecisionPorts, Loaded, Places, RoundPart, RoundProgress, Rounds, Walked } from '../../core/ports.ts';
import { historyIds } from '../../core/profile/profile.ts';
import { viewOf } from '../../core/segment/view.ts';

export interface WalkPorts extends DecisionPorts {
  readonly rounds: Rounds;
  readonly places: Places;
  readonly enter: (task: { readonly journeyId: string; readonly trigger: Trigger }) => Promise<EntryAnswer>;
}
/** A part of a round, and what its beginning said. */
export interface WalkTask extends RoundPart {
  readonly startedMs: number;
  readonly sinceMs: number;
}
export interface WalkPace {
  /** People of one batch. */
  readonly most: number;
  /** People handled side by side. */
  readonly atOnce: number;
}

/** What became of one person: `full` ends the walk, since whoever follows ranks lower. */
type Outcome = string;

interface Walk {
  readonly ports: WalkPorts;
  readonly task: WalkTask;
  readonly journey: JourneyVersion;
  readonly entry: ScheduledEntry;
  /** Whether it was begun before, and the schedule was another one in between. */
  readonly isAnew: boolean;
}

/**
 * Takes one part of a round a batch further. A batch that is cut short is walked again: nobody enters twice.
 * @returns how far the part has come
 */
export const walkRound =
  (ports: WalkPorts, pace: WalkPace) =>
  async (task: WalkTask): Promise<RoundProgress> => {
    const { journeyId, roundId, part, startedMs, sinceMs } = task;
    const parts = await ports.rounds.progress(journeyId, roundId);
    const standing = parts.find((one) => one.part === part);
    const begun = { journeyId, roundId, part, startedMs, sinceMs };
    const fresh = { ...begun, movedMs: startedMs, isDone: false, counts: {} };
    const mine: RoundProgress = standing?.isClosed
      ? { ...fresh, closings: standing.closings ?? 0 }
      : (standing ?? fresh);
    const journey = (await ports.definitions.current()).journeys.get(journeyId);
    const entry = journey && scheduleOf(journey.document);
    const isOfSchedule = entry && isRoundOf(entry.schedule, roundId);
    if (mine.isDone || (standing?.isClosed && !isOfSchedule)) return { ...mine, isDone: true };
    const nowMs = ports.clock.nowMs();
    const movedMs = Math.max(...[...parts, mine].map((one) => one.movedMs));
    // Nobody walked on for an hour: whoever is left was meant for a time that is over.
    const isLate = nowMs - movedMs > staleMs;
    const next =
      !journey || !isOfSchedule
        ? closed(mine)
        : isLate
          ? { ...mine, isDone: true, counts: { ...mine.counts, missed: 1 } }
          : await walkOn({ ports, task, journey, entry, isAnew: (mine.closings ?? 0) > 0 }, mine, pace);
    const advanced = { ...next, movedMs: nowMs };
    await ports.rounds.advance(advanced);
    return advanced;
  };

async function walkOn(walk: Walk, mine: RoundProgress, { most, atOnce }: WalkPace): Promise<RoundProgress> {
  const { rounds } = walk.ports;
  const { task, entry } = walk;
  const people =
    task.part === 'ranked'
      ? await rounds.ranked(task, mine.cursor, most)
      : await rounds.members(entry.segment, task.part, mine.cursor, most);
  const isRanking = task.part !== 'ranked' && walk.journey.document.entry.limit?.by !== undefined;
  const outcomes = isRanking
    ? await rank(walk, people)
    : await enterAll(walk, people, task.part === 'ranked' ? 1 : atOnce);
  const counts: { [outcome: string]: number } = { ...mine.counts };
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  const isFull = task.part === 'ranked' && outcomes.includes('limit');
  const cursor = people.at(-1)?.cursor;
  return { ...mine, ...(cursor !== undefined && { cursor }), isDone: people.length < most || isFull, counts };
}

async function rank({ ports, task, journey }: Walk, people: readonly Walked[]): Promise<readonly Outcome[]> {
  const by = journey.document.entry.limit?.by ?? '';
  const loaded = await Promise.all(people.map(({ profileId }) => ports.profiles.load(profileId)));
  const definitions = await ports.definitions.current();
  const nowMs = ports.clock.nowMs();
  const candidates = loaded.flatMap((one) =>
    one ? [{ profileId: one.profile.profileId, score: scoreOf(viewOf(one.profile, definitions, nowMs), by) }] : [],
  );
  if (candidates.length > 0) await ports.rounds.rank(task, candidates);
  return candidates.map(() => 'ranked');
}

/** @param atOnce one at a time where rank matters: the highest takes a place first */
async function enterAll(walk: Walk, people: readonly Walked[], atOnce: number): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const left = people.values();
  const takeTurns = async (): Promise<void> => {
    for (const { profileId } of left) {
      const outcome = await enterOne(walk, profileId);
      outcomes.push(outcome);
      if (walk.task.part === 'ranked' && outcome === 'limit') return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, people.length) }, takeTurns));
  return outcomes;
}

async function enterOne(walk: Walk, memberId: string): Promise<Outcome> {
  const { ports, task, journey } = walk;
  const loaded = await ports.profiles.load(memberId);
  const definitions = await ports.definitions.current();
  const atMs = loaded && roundInstant(journey, task.roundId, loaded.profile, definitions);
  if (!loaded || atMs === undefined) return 'unknown-journey';
  if (atMs > ports.clock.nowMs()) return putOff(walk, loaded, atMs);
  const trigger = roundTrigger(task.roundId, loaded, { atMs, takenUpMs: task.startedMs });
  // Its time came before the journey did, or while its schedule was another one.
  if (atMs < task.sinceMs) return walk.isAnew ? hadEntered(walk, trigger, loaded) : 'stale';
  const answer = await ports.enter({ journeyId: task.journeyId, trigger });
  return answer.kind === 'entered' ? 'entered' : answer.reason;
}

/** Of whom a walk that begins anew comes too late for: whether they were met before. */
async function hadEntered({ ports, task }: Walk, trigger: Trigger, { profile }: Loaded): Promise<Outcome> {
  const ids = standingIds(task.journeyId, trigger, historyIds(profile));
  return (await ports.profiles.enrollments(ids)).length > 0 ? 'entered' : 'missed';
}

/** Whose time has not come is looked at again then. Where rank decides, their place is kept for them. */
async function putOff(walk: Walk, { profile, version }: Loaded, dueMs: number): Promise<Outcome> {
  const { ports, task, journey } = walk;
  const { profileId } = profile;
  const { limit } = journey.document.entry;
  if (limit?.by !== undefined) {
    const trigger = roundTrigger(task.roundId, { profile, version }, { atMs: dueMs, takenUpMs: task.startedMs });
    const place = placeOf(journey, limit, trigger, await ports.definitions.current());
    if (!(await ports.places.take(place, limit.atMost))) return 'limit';
  }
  const subject = roundSubject(task.journeyId, task.roundId);
  await ports.profiles.commit({ attemptId: ports.ids.attempt(), profiles: [], due: [{ profileId, subject, dueMs }] });
  return 'later';
}
