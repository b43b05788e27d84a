import { staleMs } from '../../core/enrollment/stale.ts';
import {
  aroundTheWorldMs,
  nextRound,
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

/** Begins every round whose time has come since the last look. */
export const beginRounds = (ports: BeginPorts) => async (): Promise<void> => {
  const { journeys, workspace } = await ports.definitions.current();
  for (const { id, document } of journeys.values()) {
    const entry = scheduleOf(document);
    if (entry)
      await look(ports, id, entry, { zone: workspace.timeZone, isRanked: document.entry.limit?.by !== undefined });
  }
};

async function look(
  { rounds, clock, begin, missed }: BeginPorts,
  journeyId: string,
  { schedule }: ScheduledEntry,
  { zone, isRanked }: { readonly zone: string; readonly isRanked: boolean },
): Promise<void> {
  const nowMs = clock.nowMs();
  const looked = await rounds.looked(journeyId);
  const text = scheduleText(schedule);
  // A schedule that is seen for the first time may be on its way around the world.
  const { sinceMs, untilMs } =
    looked?.schedule === text ? looked : { sinceMs: nowMs, untilMs: nowMs - aroundTheWorldMs };
  let isNews = nowMs - untilMs > rarelyMs;
  for (const round of roundsBetween(schedule, zone, { afterMs: untilMs, untilMs: nowMs, most })) {
    isNews = true;
    const isOver = round.endsMs <= sinceMs;
    if (!isOver && nowMs - round.endsMs > staleMs) missed({ journeyId, roundId: round.id });
    else if (!isOver) await begin({ journeyId, roundId: round.id, startedMs: nowMs, sinceMs, isRanked });
  }
  if (isNews) await rounds.look(journeyId, { sinceMs, untilMs: nowMs, schedule: text });
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
