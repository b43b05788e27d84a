import type { FrequencyCap } from '../journey/document.ts';
import type { Profile, Want } from '../profile/profile.ts';
import { covers } from './covers.ts';
import type { SendContext } from './send-context.ts';

/** So long after its time a message that waited may take to come: an execution may be late, or its channel busy. */
const graceMs = 5 * 60_000;
/** Of a journey that says nothing. */
export const usualPriority = 50;

/**
 * Messages of higher priority that wait for this moment as well, or that the same event is about to bring, and that a cap
 * counts: each has a slot before this one.
 * @returns until when each of them is waited for
 */
export function claimsOn(
  cap: FrequencyCap,
  {
    profile,
    priority = usualPriority,
    rivals = [],
    nowMs,
  }: Pick<SendContext, 'profile' | 'priority' | 'rivals' | 'nowMs'>,
): readonly number[] {
  const waiting = (profile.wants ?? [])
    .filter((want) => want.priority > priority && want.wakeMs <= nowMs && isAlive(want, profile, nowMs))
    .map((want) => ({ ...want, untilMs: want.wakeMs + graceMs }));
  return [...waiting, ...rivals]
    .filter(({ channel, purpose, topic }) => covers(cap, channel, purpose, topic))
    .map(({ untilMs }) => untilMs);
}

/** With one message that waits, or without one that does not any more; what nobody comes for is forgotten. */
export function withWants(profile: Profile, deliveryId: string, want: Want | undefined, nowMs: number): Profile {
  const { wants = [], ...rest } = profile;
  const others = wants.filter((one) => one.deliveryId !== deliveryId && isAlive(one, profile, nowMs));
  if (!want && others.length === wants.length) return profile;
  const all = want ? [...others, want] : others;
  return all.length === 0 ? rest : { ...rest, wants: all };
}

/** A message wants nothing once its enrollment has ended, or its time is well over. */
const isAlive = ({ deliveryId, wakeMs }: Want, { enrollments }: Profile, nowMs: number): boolean =>
  nowMs < wakeMs + graceMs &&
  enrollments.some(({ isActive, enrollmentId }) => isActive && deliveryId.startsWith(`${enrollmentId}-`));
