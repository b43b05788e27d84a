import { journeySubject, type Stop } from '../control/stop.ts';
import { mostOf, withHanded, withoutHanded } from '../message/breaker.ts';
import type { Delivery } from '../message/delivery.ts';
import { usualPriority, withWants } from '../message/wants.ts';
import type { Profile, Want } from '../profile/profile.ts';
import type { TouchInput } from './touch.ts';
import { newsOf } from './send-step.ts';

/** What a message's fate leaves on its person, beside its slot: the hand-overs of the hour, and what still waits. */
export function noteVerdict(profile: Profile, delivery: Delivery | undefined, input: TouchInput): Profile {
  if (!delivery) return profile;
  return withWants(counted(profile, delivery, input), delivery.deliveryId, wantOf(delivery, input), input.nowMs);
}

/** The journey that the breaker stops with these deliveries; nothing where it is stopped already. */
export function tripped(deliveries: readonly Delivery[], input: TouchInput): readonly Stop[] {
  const one = deliveries.find((delivery) => isTripping(delivery, input));
  if (!one) return [];
  const why = `More than ${mostOf(input.definitions.workspace)} messages to ${one.profileId} within an hour.`;
  return [{ subject: journeySubject(one.journeyId), kind: 'breaker', atMs: input.nowMs, why }];
}

const isTripping = ({ status, reason, journeyId }: Delivery, { stops }: TouchInput): boolean =>
  status === 'deferred' && reason === 'breaker' && !stops.has(journeySubject(journeyId)) && !stops.has('workspace');

function counted(profile: Profile, delivery: Delivery, input: TouchInput): Profile {
  const { handed, ...rest } = profile;
  const { journeyId, status, deliveryId } = delivery;
  if (status === 'handing') return { ...profile, handed: withHanded(handed, journeyId, input.nowMs) };
  if (!handed) return profile;
  // Whoever resumes the journey begins to count anew: for the one who tripped its breaker, and for all whom it holds.
  if (status === 'deferred' && delivery.reason === 'breaker')
    return { ...rest, handed: withoutHanded(handed, journeyId, undefined) };
  const before = input.delivery?.deliveryId === deliveryId ? input.delivery : undefined;
  // One that never reached its provider was forgotten before the gate was asked again.
  if (newsOf(before, input.handed)?.outcome.kind === 'absent') return profile;
  const isTakenBack = before?.status === 'handing' && ['pending', 'failed', 'skipped', 'deferred'].includes(status);
  return isTakenBack ? { ...rest, handed: withoutHanded(handed, journeyId, before.atMs) } : profile;
}

/** A message that was put off wants a slot when its time comes; one that is held by a pause has no time. */
function wantOf({ status, reason, untilMs, ...delivery }: Delivery, { journey }: TouchInput): Want | undefined {
  if ((status !== 'deferred' && status !== 'pending') || untilMs === undefined) return undefined;
  if (reason === 'paused' || reason === 'breaker' || delivery.channel === 'webhook') return undefined;
  const { deliveryId, channel, purpose, topic } = delivery;
  const priority = journey.document.priority ?? usualPriority;
  return { deliveryId, wakeMs: untilMs, channel, purpose, ...(topic !== undefined && { topic }), priority };
}
