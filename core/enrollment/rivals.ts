import type { Definitions, JourneyVersion } from '../definitions.ts';
import { reachableUntilHold, type Plan } from '../journey/plan.ts';
import { roleOf } from '../journey/roles/role-of.ts';
import type { Rival } from '../message/send-context.ts';
import { usualPriority } from '../message/wants.ts';
import type { Profile } from '../profile/profile.ts';
import { zoneOf } from '../segment/view.ts';
import type { Enrollment } from './enrollment.ts';
import { purposeOf } from './render-request.ts';

/** So long after a person has entered, others who enter by the same event may still be on their way to their first message. */
const headStartMs = 60_000;

type Message = Pick<Rival, 'channel' | 'topic'>;

/**
 * Messages of higher priority that the same event is about to bring: one event begins several journeys in any order, and each
 * of them that sends before its first wait would take the slot that it comes to first.
 */
export function rivalsOf(
  row: Enrollment,
  priority: number,
  {
    definitions,
    profile,
    nowMs,
  }: { readonly definitions: Definitions; readonly profile: Profile; readonly nowMs: number },
): readonly Rival[] {
  const { event, journeyId, enteredMs } = row;
  const untilMs = enteredMs + headStartMs;
  if (!event || nowMs >= untilMs || !definitions.workspace.frequencyCaps?.length) return [];
  const zone = zoneOf(profile, definitions);
  const journeys = definitions.entriesByName.get(event.name) ?? [];
  return journeys.flatMap((journey): readonly Rival[] => {
    const { id, document } = journey;
    const theirs = document.priority ?? usualPriority;
    if (id === journeyId || theirs <= priority || !mayCome(journey, row, profile, zone)) return [];
    const purpose = purposeOf({ journey });
    return firstMessages(journey.plan).map((message) => ({ ...message, purpose, untilMs }));
  });
}

/** Whether somebody of that journey may still come for a slot: not once they had one, wait for one, or are out. */
function mayCome(
  { id, isAcquisition, entry }: JourneyVersion,
  { event, enteredMs }: Enrollment,
  profile: Profile,
  zone: string,
): boolean {
  if (isAcquisition && profile.convertedMs !== undefined) return false;
  if (entry && event && !entry.matches(event, zone)) return false;
  const stub = profile.enrollments.findLast((one) => one.journeyId === id && one.enteredMs >= enteredMs);
  if (!stub) return true;
  const isTheirs = ({ deliveryId }: { readonly deliveryId: string }): boolean =>
    deliveryId.startsWith(`${stub.enrollmentId}-`);
  return stub.isActive && !profile.slots.some(isTheirs) && !(profile.wants ?? []).some(isTheirs);
}

const known = new WeakMap<Plan, readonly Message[]>();
/** What a journey may send before its first wait. */
function firstMessages(plan: Plan): readonly Message[] {
  const standing = known.get(plan);
  if (standing) return standing;
  const messages = reachableUntilHold(plan).flatMap(({ step }): readonly Message[] => {
    const { role } = roleOf(step);
    if (role.role !== 'act') return [];
    const topic = 'topic' in step && step.topic !== undefined ? { topic: step.topic } : {};
    return (role.channels?.(step) ?? []).map((channel) => ({ channel, ...topic }));
  });
  known.set(plan, messages);
  return messages;
}
