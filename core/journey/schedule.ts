import { dateOfDay, dayMs, parseTimeOfDay } from '../time/civil.ts';
import { parseInstant } from '../time/instant.ts';
import { repeatedDay } from '../time/repeated-days.ts';
import { fromLocal } from '../time/zone.ts';
import type { Journey, Schedule } from './document.ts';

/** The entry of a journey that a schedule begins. */
export interface ScheduledEntry {
  readonly schedule: Schedule;
  readonly segment: string;
}

/** One time that a schedule enters its segment: from the first to the last instant at which it is that time for somebody. */
export interface Round {
  /** What the clock on the wall shows then: `2026-12-01T10:00`. */
  readonly id: string;
  readonly beginsMs: number;
  readonly endsMs: number;
}

/** The first and the last place on earth to reach a time of day: UTC+14 and UTC-12. */
const earliestOffsetMs = 14 * 3_600_000;
const latestOffsetMs = 12 * 3_600_000;
/** So long it takes until a time of day has been everywhere. */
export const aroundTheWorldMs = earliestOffsetMs + latestOffsetMs;

/** The schedule of a journey; `undefined` where something else begins it. */
export const scheduleOf = ({ entry: { on } }: Journey): ScheduledEntry | undefined =>
  'schedule' in on ? on : undefined;

/** Whether each person has an instant of their own in a round, by the zone that they live in. */
export const isByPerson = ({ zone = 'profile' }: Schedule): boolean => zone === 'profile';

const zoneFor = ({ zone = 'profile' }: Schedule, personZone: string, workspaceZone: string): string =>
  zone === 'profile' ? personZone : zone === 'workspace' ? workspaceZone : zone;

/** When it is a round's time for a person. */
export function instantInRound(schedule: Schedule, roundId: string, personZone: string, workspaceZone: string): number {
  const wallMs = wallMsOf(roundId);
  const day = Math.floor(wallMs / dayMs);
  return fromLocal(zoneFor(schedule, personZone, workspaceZone), day, wallMs - day * dayMs);
}

/** A round's time on the wall, as if it were UTC's: in order of rounds, and the same for everybody. */
export function wallMsOf(roundId: string): number {
  const ms = parseInstant(`${roundId}Z`);
  if (ms === undefined) throw new RangeError(`"${roundId}" is not a round of a schedule.`);
  return ms;
}

/** Whether a round is one of this schedule's: one that was changed has other rounds. */
export const isRoundOf = (schedule: Schedule, roundId: string): boolean =>
  firstWallMs(schedule, Math.floor(wallMsOf(roundId) / dayMs)) === wallMsOf(roundId);

/** What a schedule says, as one text for one meaning. */
export const scheduleText = ({ once, every, on, at, zone = 'profile' }: Schedule): string =>
  JSON.stringify({ once, every, on, at, zone });

/** The schedule of such a text. */
export const readSchedule = (text: string): Schedule => JSON.parse(text) as Schedule;

/** The first round that begins after an instant; `undefined` where the schedule is over. */
export function nextRound(schedule: Schedule, workspaceZone: string, afterMs: number): Round | undefined {
  // Wherever the clock hangs, it is at most a day off UTC's; rounds that began before are passed over.
  let fromDay = Math.floor(afterMs / dayMs) - 2;
  for (;;) {
    const wallMs = firstWallMs(schedule, fromDay);
    if (wallMs === undefined) return undefined;
    const round = roundAt(schedule, wallMs, workspaceZone);
    if (round.beginsMs > afterMs) return round;
    if (schedule.once !== undefined) return undefined;
    fromDay = Math.floor(wallMs / dayMs) + 1;
  }
}

/** Rounds that begin in `(afterMs, untilMs]`, oldest first; of more than the most only the last. */
export function roundsBetween(
  schedule: Schedule,
  workspaceZone: string,
  { afterMs, untilMs, most }: { readonly afterMs: number; readonly untilMs: number; readonly most: number },
): readonly Round[] {
  const found: Round[] = [];
  let round = nextRound(schedule, workspaceZone, afterMs);
  while (round && round.beginsMs <= untilMs) {
    found.push(round);
    if (found.length > most) found.shift();
    round = nextRound(schedule, workspaceZone, round.beginsMs);
  }
  return found;
}

function firstWallMs({ once, every, on, at }: Schedule, fromDay: number): number | undefined {
  if (once !== undefined) return wallMsOf(once);
  if (every === undefined || at === undefined) throw new RangeError('A schedule has "once", or "every" with "at".');
  return repeatedDay({ every, on }, fromDay) * dayMs + (parseTimeOfDay(at) ?? 0);
}

function roundAt(schedule: Schedule, wallMs: number, workspaceZone: string): Round {
  const id = textOf(wallMs);
  if (isByPerson(schedule)) return { id, beginsMs: wallMs - earliestOffsetMs, endsMs: wallMs + latestOffsetMs };
  const atMs = instantInRound(schedule, id, workspaceZone, workspaceZone);
  return { id, beginsMs: atMs, endsMs: atMs };
}

const two = (number: number): string => String(number).padStart(2, '0');
function textOf(wallMs: number): string {
  const dayNumber = Math.floor(wallMs / dayMs);
  const { year, month, day } = dateOfDay(dayNumber);
  const minutes = Math.floor((wallMs - dayNumber * dayMs) / 60_000);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
