import type { Definitions, JourneyVersion } from '../definitions.ts';
import { wallMsOf } from '../journey/schedule.ts';
import type { Place } from '../ports.ts';
import { dayMs } from '../time/civil.ts';
import { fromLocal } from '../time/zone.ts';
import { enrollmentIdOf, type Trigger } from './enter.ts';
import { limitWindow, type EntryLimit } from './limit.ts';

/**
 * The place that a trigger's enrollment takes in the window of a limit. A round is counted as a whole, by its time in the
 * workspace's zone: where it is Monday already for some and Sunday still for others, it is one Monday's.
 */
export function placeOf(
  journey: JourneyVersion,
  { per }: EntryLimit,
  trigger: Trigger,
  { workspace }: Definitions,
): Place {
  const { timeZone } = workspace;
  const { round } = trigger;
  const atMs = round === undefined ? trigger.atMs : wallIn(timeZone, wallMsOf(round));
  return {
    journeyId: journey.id,
    ...limitWindow(per, timeZone, atMs),
    enrollmentId: enrollmentIdOf(journey.id, trigger),
  };
}

const wallIn = (zone: string, wallMs: number): number => {
  const day = Math.floor(wallMs / dayMs);
  return fromLocal(zone, day, wallMs - day * dayMs);
};
