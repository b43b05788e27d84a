import { dateMs } from '../../segment/operators.ts';
import { nextTimeOfDay, window } from '../../time/calendar.ts';
import { addDuration } from '../../time/duration.ts';
import type { WaitStep, WaitUntil, ZoneChoice } from '../document.ts';
import type { HoldSpec, Role, StepView } from './role.ts';
import { bestTimeOf, hoursOf, untilBestTime } from './best-time.ts';
import { answers } from './stretch.ts';
import { readTrait, readValue } from './values.ts';

/** Holds the person at this step until an instant. */
export const waitRole: Role<WaitStep> = {
  role: 'hold',
  ways: (step) => ({ timeout: 'next', ...(skipsNext(step) && { skip: 'after-next' }) }),
  question: (step, view) => (bestTimeOf(step) ? { kind: 'hours', own: hoursOf(view) } : undefined),
  hold: (step, view, asked) => {
    const best = bestTimeOf(step);
    if (best) return untilBestTime(best, view, asked);
    return typeof step.wait === 'string' ? forDuration(step.wait, view) : untilMoment(step.wait, view);
  },
  asksEvents: (step) => (bestTimeOf(step) ? answers : []),
  lasts: ({ wait }) => (typeof wait === 'string' ? wait : undefined),
  isMovable: (step) =>
    typeof step.wait === 'object' &&
    'until' in step.wait &&
    typeof step.wait.until === 'object' &&
    'trait' in step.wait.until,
};

const skipsNext = (step: WaitStep): boolean =>
  typeof step.wait === 'object' && 'ifPast' in step.wait && step.wait.ifPast === 'skip-next';

const forDuration = (duration: string, view: StepView): HoldSpec => ({
  wakeMs: addDuration(view.nowMs, duration, view.zone, 1),
});

/** `profile` (the default), `workspace`, or an IANA name. */
const zoneOf = (choice: ZoneChoice | undefined, view: StepView): string =>
  choice === undefined || choice === 'profile' ? view.zone : choice === 'workspace' ? view.workspace.timeZone : choice;

const timeOfDay = /^\d{2}:\d{2}$/;

function untilMoment(wait: WaitUntil, view: StepView): HoldSpec {
  if ('between' in wait) {
    const [from, to] = wait.between;
    const place = window(view.nowMs, { from, to, ...(wait.on && { days: wait.on }) }, zoneOf(wait.zone, view));
    return place.isInside ? { wakeMs: view.nowMs, pass: 'timeout' } : { wakeMs: place.startsMs };
  }
  if (typeof wait.until === 'string' && timeOfDay.test(wait.until)) {
    const { until: at, on } = wait as { until: string; on?: WaitUntilDays };
    const wakeMs = nextTimeOfDay(
      view.nowMs,
      { at, ...(on && { days: on }) },
      zoneOf((wait as { zone?: string }).zone, view),
    );
    return wakeMs <= view.nowMs ? { wakeMs, pass: 'timeout' } : { wakeMs };
  }
  const wakeMs = momentOf(wait, view);
  if (wakeMs !== undefined && wakeMs > view.nowMs) return { wakeMs };
  return { wakeMs: view.nowMs, pass: 'ifPast' in wait && wait.ifPast === 'skip-next' ? 'skip' : 'timeout' };
}
type WaitUntilDays = NonNullable<Extract<WaitUntil, { between: unknown }>['on']>;

/** A missing or unreadable date counts as past. */
function momentOf(wait: Exclude<WaitUntil, { between: unknown }>, view: StepView): number | undefined {
  if (typeof wait.until === 'string') return dateMs(wait.until, view.zone);
  const value = 'trait' in wait.until ? readTrait(wait.until.trait, view) : readValue(wait.until.value, view);
  const ms = value === undefined ? undefined : dateMs(value, view.zone);
  return ms === undefined || wait.until.offset === undefined ? ms : addDuration(ms, wait.until.offset, view.zone, 1);
}
