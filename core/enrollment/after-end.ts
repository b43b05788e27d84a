import type { Delivery } from '../message/delivery.ts';
import { Draft } from '../profile/draft.ts';
import type { TouchDecision, TouchInput } from './touch.ts';
import { handingLimitMs, newsOf, type Handed } from './send-step.ts';

/**
 * An enrollment that has ended does nothing more, but a message that was on its way when it ended has an outcome: it is
 * written down, so that nothing stays "being handed over" for ever.
 */
export function decideAfterEnd(input: TouchInput): TouchDecision {
  const { delivery, attemptId, nowMs } = input;
  const handed = newsOf(delivery, input.handed);
  const isOpen = delivery?.status === 'handing' || (delivery?.status === 'unknown' && handed !== undefined);
  if (!delivery || !isOpen) return { answer: { kind: 'ended' } };
  // The commit that authorised it had succeeded without our knowing: nobody has handed it over.
  if (delivery.attemptId === attemptId) return settled(input, notActive(delivery), false);
  if (!handed) {
    const { deliveryId, channel } = delivery;
    return { answer: { kind: 'reconcile', deliveryId, attemptId: delivery.attemptId, channel } };
  }
  const isYoung = nowMs - delivery.atMs < handingLimitMs;
  return settled(input, ...outcomeOf(delivery, handed, isYoung));
}

function notActive(delivery: Delivery): Delivery {
  const { untilMs: _, ...rest } = delivery;
  return { ...rest, status: 'skipped', reason: 'not-active' };
}

const endedMeanwhile = 'Its enrollment ended while it was handed over.';

/**
 * An open message of an enrollment that was ended from outside: one that was put off will not be sent; of one on its way
 * nobody may come back to tell, and whoever does may still say what became of it.
 * @param found what the provider says of it
 * @returns `undefined` for one that has an outcome
 */
export function closed(
  delivery: Delivery | undefined,
  found: 'accepted' | 'absent' | 'unknown' | undefined,
): Delivery | undefined {
  if (delivery?.status === 'deferred' || delivery?.status === 'pending') return notActive(delivery);
  if (delivery?.status !== 'handing') return undefined;
  if (found === 'accepted') return { ...delivery, status: 'sent' };
  return { ...delivery, status: 'unknown', detail: endedMeanwhile };
}

/** The delivery as it stands then, and whether its cap slot stays taken. */
function outcomeOf(delivery: Delivery, { outcome }: Handed, isYoung: boolean): [Delivery, boolean] {
  switch (outcome.kind) {
    case 'accepted':
      return [{ ...delivery, status: 'sent' }, true];
    case 'unknown':
      return [{ ...delivery, status: 'unknown', detail: outcome.reason }, true];
    case 'refused':
      return [{ ...delivery, status: 'failed', reason: 'provider-refused', detail: outcome.reason }, false];
    case 'too-late':
      return [{ ...delivery, status: 'skipped', reason: 'expired' }, false];
    case 'absent':
      // Whoever authorised it may be handing it over this moment.
      if (isYoung) return [{ ...delivery, status: 'unknown', detail: endedMeanwhile }, true];
      return [notActive(delivery), false];
    default:
      return outcome satisfies never;
  }
}

function settled(input: TouchInput, row: Delivery, keepsSlot: boolean): TouchDecision {
  const draft = new Draft(input, [input.loaded]);
  const { profile } = input.loaded;
  draft.touch(profile.profileId);
  if (!keepsSlot) draft.set({ ...profile, slots: profile.slots.filter((slot) => slot.deliveryId !== row.deliveryId) });
  return { answer: { kind: 'ended' }, change: draft.change({ deliveries: [{ row, isNew: false }] }) };
}
