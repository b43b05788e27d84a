import type { Schedule } from '../../core/journey/document.ts';
import { closed } from '../../core/enrollment/rounds.ts';
import { staleMs } from '../../core/enrollment/stale.ts';
import {
  aroundTheWorldMs,
  isRoundOf,
  nextRound,
  readSchedule,
  roundsBetween,
  scheduleOf,
  scheduleText,
  type ScheduledEntry,
} from '../../core/journey/schedule.ts';
import type { Ports, Rounds } from '../../core/ports.ts';

/** A round that is to be walked. */
export interface BegunRound {
  readonly journeyId: string;
  readonly roundId: string;
  readonly startedMs: number;
  /** Since when the schedule is known: who had their instant before is not meant. */
  readonly sinceMs: number;
  /** Whether everybody is ranked before anybody enters. */
  readonly isRanked: boolean;
  /** How often its walk was closed, for another schedule; it begins anew. */
  readonly closings?: number;
}
export interface BeginPorts extends Pick<Ports, 'definitions' | 'clock'> {
  readonly rounds: Rounds;
  /** Begins the walk; safe to repeat. */
  readonly begin: (round: BegunRound) => Promise<void>;
  /** A round that came and went while nobody looked. */
  readonly missed: (round: { readonly journeyId: string; readonly roundId: string }) => void;
}

/** A look that finds nothing is written down this seldom: each write costs, all month long. */
const rarelyMs = 3_600_000;
/** Rounds that one look begins, of a schedule that nobody looked at for long: older ones are over. */
const most = 40;

/**
 * Begins every round whose time has come since the last look. One schedule that cannot be looked at keeps no other back.
 * @throws AggregateError of what could not be looked at, with a sentence that is the same as long as it stands so
 */
export const beginRounds = (ports: BeginPorts) => async (): Promise<void> => {
  const { journeys, workspace } = await ports.definitions.current();
  const errors: Error[] = [];
  for (const { id, document } of journeys.values()) {
    const entry = scheduleOf(document);
    const how = { zone: workspace.timeZone, isRanked: document.entry.limit?.by !== undefined };
    if (entry) await look(ports, id, entry, how).catch((cause: unknown) => errors.push(notLooked(id, cause)));
  }
  if (errors.length > 0) throw new AggregateError(errors, errors.map(({ message }) => message).join(' '));
};

const notLooked = (journeyId: string, cause: unknown): Error =>
  new Error(`The schedule of ${journeyId} could not be looked at: ${String(cause)}`, { cause });

async function look(
  { rounds, clock, begin, missed }: BeginPorts,
  journeyId: string,
  { schedule }: ScheduledEntry,
  { zone, isRanked }: { readonly zone: string; readonly isRanked: boolean },
): Promise<void> {
  const nowMs = clock.nowMs();
  const looked = await rounds.looked(journeyId);
  const text = scheduleText(schedule);
  if (looked && looked.schedule !== text)
    await closeOthers(rounds, journeyId, readSchedule(looked.schedule), { schedule, zone, nowMs });
  // A schedule that is seen for the first time may be on its way around the world.
  const { sinceMs, untilMs } =
    looked?.schedule === text ? looked : { sinceMs: nowMs, untilMs: nowMs - aroundTheWorldMs };
  let isNews = nowMs - untilMs > rarelyMs;
  const afterMs = Math.min(untilMs, nowMs - aroundTheWorldMs - staleMs);
  for (const round of roundsBetween(schedule, zone, { afterMs, untilMs: nowMs, most })) {
    const isNew = round.beginsMs > untilMs;
    isNews ||= isNew;
    const isMeant = isNew && round.endsMs > sinceMs;
    const isLate = nowMs - round.endsMs > staleMs;
    const named = { journeyId, roundId: round.id };
    const closings = isLate ? undefined : await closingsOf(rounds, named);
    if (isMeant && isLate) missed(named);
    else if (!isLate && (isMeant || closings !== undefined))
      await begin({ ...named, startedMs: nowMs, sinceMs, isRanked, ...(closings !== undefined && { closings }) });
  }
  if (isNews) await rounds.look(journeyId, { sinceMs, untilMs: nowMs, schedule: text });
}

/** Rounds under way of a schedule that is another one now: whoever was to come is not met by them any more. */
async function closeOthers(
  rounds: Rounds,
  journeyId: string,
  before: Schedule,
  { schedule, zone, nowMs }: { readonly schedule: Schedule; readonly zone: string; readonly nowMs: number },
): Promise<void> {
  const underWay = roundsBetween(before, zone, { afterMs: nowMs - aroundTheWorldMs - staleMs, untilMs: nowMs, most });
  for (const { id } of underWay.filter((round) => !isRoundOf(schedule, round.id))) {
    const parts = await rounds.progress(journeyId, id);
    for (const part of parts.filter(({ isClosed }) => !isClosed)) await rounds.advance(closed(part));
  }
}

/** How often a round was closed that is to be walked anew; `undefined` where it is not. */
async function closingsOf(
  rounds: Rounds,
  { journeyId, roundId }: Pick<BegunRound, 'journeyId' | 'roundId'>,
): Promise<number | undefined> {
  const parts = await rounds.progress(journeyId, roundId);
  if (!parts.some(({ isClosed }) => isClosed)) return undefined;
  return parts.reduce((sum, { closings = 0 }) => sum + closings, 0);
}

/** When the next round of any journey begins; `Infinity` for never. */
export async function nextRoundMs({
  definitions,
  rounds,
  clock,
}: Pick<BeginPorts, 'definitions' | 'rounds' | 'clock'>): Promise<number> {
  const { journeys, workspace } = await definitions.current();
  let earliest = Infinity;
  for (const { id, document } of journeys.values()) {
    const entry = scheduleOf(document);
    if (!entry) continue;
    const looked = await rounds.looked(id);
    const isKnown = looked?.schedule === scheduleText(entry.schedule);
    const next = isKnown ? nextRound(entry.schedule, workspace.timeZone, looked.untilMs)?.beginsMs : clock.nowMs();
    earliest = Math.min(earliest, next ?? Infinity);
  }
  return earliest;
}
