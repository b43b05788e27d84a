import type { Asked } from '../../enrollment/ask.ts';
import { shareOf } from '../../hash.ts';
import { addDuration } from '../../time/duration.ts';
import { offsetAtMs, toLocal } from '../../time/zone.ts';
import type { WaitStep } from '../document.ts';
import type { HoldSpec, StepView } from './role.ts';
import { answers } from './stretch.ts';

/** A wait for the hour at which the person is likeliest to answer. */
export interface BestTime {
  readonly within: string;
}
/** Where the step does not say how long it may wait. */
const defaultWithin = 'P1D';
const hours = 24;
const hourMs = 3_600_000;

/** One in ten is sent at an hour drawn by lot: what nobody ever tries, nobody ever learns. */
const exploredShare = 0.1;
/** Everybody's hours weigh as much as so many answers of the person's own. */
const everyonesWeight = 4;
/** What everybody's hours are before anybody has answered: the middle of the day, so nobody is woken at night. */
const beforeAnybody = Array.from({ length: hours }, (_, hour) => (hour >= 9 && hour < 20 ? 1 : 0));

/** The wait for a best time that a step is; `undefined` for any other. */
export function bestTimeOf({ wait }: WaitStep): BestTime | undefined {
  if (typeof wait === 'string' || !('until' in wait) || wait.until !== 'best-time') return undefined;
  return { within: ('within' in wait && wait.within) || defaultWithin };
}

/** What of a step's view says when somebody answers, and when they are asked. */
type Lived = Pick<StepView, 'nowMs' | 'zone' | 'enrollment' | 'instantsOf'>;

/** At which hours of their own clock the person has opened or clicked: 24 counts. */
export function hoursOf(view: Pick<Lived, 'zone' | 'instantsOf'>): readonly number[] {
  const counts = Array.from({ length: hours }, () => 0);
  for (const ms of view.instantsOf(answers)) counts[hourOf(ms, view.zone)]! += 1;
  return counts;
}

const hourOf = (ms: number, zone: string): number => Math.floor(toLocal(zone, ms).msOfDay / hourMs);

/** Until the hour, of those that begin in time, at which the person is likeliest to answer; this one passes at once. */
export function untilBestTime({ within }: BestTime, view: Lived, asked: Asked | undefined): HoldSpec {
  const { nowMs, zone, enrollment } = view;
  const scores = scoresOf(hoursOf(view), asked?.kind === 'hours' ? asked.everyone : []);
  const score = (ms: number): number => scores[hourOf(ms, zone)]!;
  const all = startsOfHours(nowMs, addDuration(nowMs, within, zone, 1), zone);
  // An hour at which nobody has ever answered is no hour to try.
  const candidates = all.some((ms) => score(ms) > 0) ? all.filter((ms) => score(ms) > 0) : all;
  const lot = [enrollment.enrollmentId, enrollment.cursor.stepId, String(enrollment.cursor.visit)] as const;
  const isExploring = shareOf('best-time', ...lot) < exploredShare;
  const best = candidates.reduce((standing, ms) => (score(ms) > score(standing) ? ms : standing), candidates[0]!);
  const wakeMs = isExploring ? candidates[Math.floor(shareOf('best-hour', ...lot) * candidates.length)]! : best;
  return wakeMs <= nowMs ? { wakeMs, pass: 'timeout' } : { wakeMs };
}

/** Now, and the person's whole hours after now and before the end. */
function startsOfHours(nowMs: number, untilMs: number, zone: string): readonly number[] {
  const offsetMs = offsetAtMs(zone, nowMs);
  const first = (Math.floor((nowMs + offsetMs) / hourMs) + 1) * hourMs - offsetMs;
  const count = Math.max(0, Math.ceil((untilMs - first) / hourMs));
  return [nowMs, ...Array.from({ length: count }, (_, index) => first + index * hourMs)];
}

/** The person's own answers and, as a few more, everybody's. */
function scoresOf(own: readonly number[], everyone: readonly number[]): readonly number[] {
  const known = everyone.some((count) => count > 0) ? everyone : beforeAnybody;
  const total = known.reduce((sum, count) => sum + count, 0);
  return own.map((count, hour) => count + (everyonesWeight * (known[hour] ?? 0)) / total);
}
