import { shareOf } from '../hash.ts';
import type { MessageChoice, SendRequest } from '../journey/roles/role.ts';
import { withoutHanded } from '../message/breaker.ts';
import { isReported } from '../message/report.ts';
import type { Delivery, Refusal } from '../message/delivery.ts';
import type { Address } from '../message/send-context.ts';
import type { Change, HandOver, RenderRequest, RenderResult } from '../ports.ts';
import type { Profile } from '../profile/profile.ts';
import { zoneOf } from '../segment/view.ts';
import { addDuration } from '../time/duration.ts';
import type { TouchAnswer, TouchInput } from './touch.ts';
import { deliveryIdOf } from './delivery-id.ts';
import type { Enrollment } from './enrollment.ts';
import { chooseMessage } from './choose-message.ts';
import { purposeOf, renderRequest } from './render-request.ts';

/** A message rendered for one delivery from one version of the profile. */
export interface Prepared {
  readonly deliveryId: string;
  /** Of several messages the one that was to be sent when it was rendered. */
  readonly choice: MessageChoice;
  readonly version: number;
  readonly result: RenderResult;
  /** False where it could not be handed over at once: every turn of its channel was taken for too long. */
  readonly hasTurn: boolean;
}

/** What became of a hand-over: the provider's answer, or why there was none. */
export interface Handed {
  readonly deliveryId: string;
  /** The attempt that had authorised it: an answer about an earlier one says nothing of a later. */
  readonly attemptId: string;
  /** `absent`: the provider never had it; `too-late`: its call did not start within 5 s of the commit. */
  readonly outcome: HandOver | { readonly kind: 'absent' } | { readonly kind: 'too-late' };
}

/** What is known of a hand-over beside its row; `undefined` where it is about another one. */
export const newsOf = (delivery: Delivery | undefined, handed: Handed | undefined): Handed | undefined =>
  handed?.deliveryId === delivery?.deliveryId && handed?.attemptId === delivery?.attemptId ? handed : undefined;

/** What a send step makes of its turn. */
export interface SendVerdict {
  /** Slots taken or freed. */
  readonly profile?: Profile;
  readonly delivery?: Delivery;
  readonly unless?: NonNullable<Change['unless']>[number];
  /** Hold the journey here until then. */
  readonly deferUntilMs?: number;
  /** Come back once this is done. */
  readonly stop?: TouchAnswer;
}

/** A touch that authorised a message has handed it over, or been stopped, by then: a touch is given 60 s. */
export const handingLimitMs = 60_000;

/**
 * A refusal that may pass, or a turn that did not come, is tried again after 30 s, 1 min, 2 min … 1 h, a quarter less or
 * more, in whole seconds: those who were refused together do not come back together.
 */
export const backOffMs = (deliveryId: string, tries: number): number =>
  1_000 * Math.round(Math.min(30 * 2 ** tries, 3_600) * (0.75 + shareOf(deliveryId, 'again', String(tries)) / 2));

/** Whether a message was decided against for good. */
export const isRefused = (delivery: Delivery | undefined): boolean =>
  delivery?.status === 'skipped' || delivery?.status === 'failed';

/** A message that has its outcome goes through the gate no more, whoever comes by. */
const isSettled = (delivery: Delivery): boolean =>
  delivery.status === 'sent' || delivery.status === 'unknown' || isRefused(delivery);

/** One send of one enrollment at one instant: the gate, then the message, then the hand-over, then its outcome. */
export class SendStep {
  private readonly input: TouchInput;
  readonly row: Enrollment;
  readonly stepId: string;
  readonly request: SendRequest;
  /** The one that is meant: until the gate has chosen, the first. */
  private choice: MessageChoice;
  readonly profile: Profile;
  private readonly deliveryId: string;
  private readonly standing: Delivery | undefined;

  constructor(input: TouchInput, row: Enrollment, stepId: string, request: SendRequest, profile: Profile) {
    this.input = input;
    this.row = row;
    this.stepId = stepId;
    this.request = request;
    this.choice = request.choices[0]!;
    this.profile = profile;
    this.deliveryId = deliveryIdOf(row.enrollmentId, stepId, row.cursor.visit);
    this.standing = input.delivery?.deliveryId === this.deliveryId ? input.delivery : undefined;
  }

  decide(): SendVerdict {
    const { standing, deliveryId, input } = this;
    // The provider's report was faster than the answer to the hand-over itself.
    if (standing && (isReported(standing) || isSettled(standing))) return { delivery: standing };
    if (standing?.status !== 'handing') return this.gate();
    const handed = newsOf(standing, input.handed);
    if (handed?.outcome.kind === 'absent') return this.afresh(standing);
    if (handed) return this.settle(standing, handed.outcome);
    // The row carries this attempt's id: the commit had succeeded and only its answer was lost.
    if (standing.attemptId === input.attemptId && input.prepared?.deliveryId === deliveryId) {
      return { stop: { kind: 'hand', deliveryId, attemptId: input.attemptId, handingMs: standing.atMs } };
    }
    // Another touch may be handing it over this moment: the provider is asked once that touch can no longer be.
    const askableMs = standing.atMs + handingLimitMs;
    if (input.nowMs < askableMs) return { deferUntilMs: askableMs };
    return { stop: { kind: 'reconcile', deliveryId, attemptId: standing.attemptId, channel: standing.channel } };
  }

  /** The provider never had it: through the gate again, without its own slot and hand-over in the way. */
  private afresh({ atMs }: Delivery): SendVerdict {
    const { input, row, stepId, request, profile } = this;
    const { profile: free = profile } = this.freeSlot();
    const freed = free.handed ? { ...free, handed: withoutHanded(free.handed, row.journeyId, atMs) } : free;
    return { profile: freed, ...new SendStep(input, row, stepId, request, freed).gate() };
  }

  private settle(standing: Delivery, outcome: Exclude<Handed['outcome'], { kind: 'absent' }>): SendVerdict {
    switch (outcome.kind) {
      case 'accepted':
        return { delivery: { ...standing, status: 'sent' } };
      case 'unknown':
        return { delivery: { ...standing, status: 'unknown', detail: outcome.reason } };
      case 'too-late':
        return { ...this.freeSlot(), delivery: { ...standing, status: 'skipped', reason: 'expired' } };
      case 'refused': {
        const refused = { ...standing, reason: 'provider-refused' as const, detail: outcome.reason };
        if (outcome.isPermanent) return { ...this.freeSlot(), delivery: { ...refused, status: 'failed' } };
        const untilMs = this.input.nowMs + backOffMs(standing.deliveryId, standing.tries);
        return {
          ...this.freeSlot(),
          ...this.postpone({ ...refused, status: 'pending', tries: standing.tries + 1 }, untilMs),
        };
      }
      default:
        return outcome satisfies never;
    }
  }

  /** Not beyond `useBy`: then the message is skipped as expired. */
  private postpone(delivery: Delivery, untilMs: number): SendVerdict {
    const deadlineMs = this.deadlineMs();
    if (this.input.nowMs >= deadlineMs) return { delivery: { ...delivery, status: 'skipped', reason: 'expired' } };
    const until = Math.min(untilMs, deadlineMs);
    return { delivery: { ...delivery, untilMs: until }, deferUntilMs: until };
  }
  private deadlineMs(): number {
    const { definitions, nowMs } = this.input;
    return addDuration(this.row.attemptedMs ?? nowMs, this.request.useBy, zoneOf(this.profile, definitions), 1);
  }

  private gate(): SendVerdict {
    const { nowMs } = this.input;
    if (this.request.isUnwanted) return this.withdrawn();
    const { choice, address, addressHash, decision } = chooseMessage(this.input, this);
    this.choice = choice;
    if (decision.kind === 'skip') return { delivery: this.newRow('skipped', address, decision.reason) };
    if (this.row.attemptedMs !== undefined && nowMs >= this.deadlineMs())
      return { delivery: this.newRow('skipped', address, 'expired', this.standing?.detail) };
    if (decision.kind === 'defer')
      return this.postpone(this.newRow('deferred', address, decision.reason), decision.untilMs);
    return this.hand(address, addressHash);
  }

  /** Nothing is written of a message that nobody had begun to send. */
  private withdrawn(): SendVerdict {
    const { standing, profile } = this;
    if (!standing) return {};
    const { untilMs: _, ...rest } = standing;
    return { profile, delivery: { ...rest, status: 'skipped', reason: 'answered' } };
  }

  private hand(address: Address | undefined, addressHash: string | undefined): SendVerdict {
    const { input, deliveryId, choice } = this;
    const { prepared } = input;
    const isOfThis = prepared?.deliveryId === deliveryId && isSameChoice(prepared.choice, choice);
    if (isOfThis && !prepared.hasTurn) return this.putOff(address);
    if (!isOfThis || prepared.version !== input.loaded.version) {
      return { stop: { kind: 'render', request: this.renderRequest(address) } };
    }
    const { result } = prepared;
    if (result.kind === 'missing-value')
      return { delivery: this.newRow('skipped', address, 'missing-value', result.name) };
    if (result.kind === 'reference-missing')
      return { delivery: this.newRow('skipped', address, 'reference-missing', result.name) };
    if (result.kind === 'render-failed')
      return { delivery: this.newRow('skipped', address, 'render-failed', result.reason) };
    return {
      ...this.takeSlot(),
      delivery: this.newRow('handing', address),
      ...(addressHash !== undefined && { unless: { channel: choice.channel, addressHash, purpose: purposeOf(input) } }),
      stop: { kind: 'hand', deliveryId, attemptId: input.attemptId, handingMs: input.nowMs },
    };
  }

  private putOff(address: Address | undefined): SendVerdict {
    const delivery = this.newRow('deferred', address, 'no-turn');
    const untilMs = this.input.nowMs + backOffMs(delivery.deliveryId, delivery.tries);
    return this.postpone({ ...delivery, tries: delivery.tries + 1 }, untilMs);
  }

  private takeSlot(): { readonly profile?: Profile } {
    const { request, choice, profile, input } = this;
    const { longestCapMs } = input.definitions;
    if (choice.channel === 'webhook' || longestCapMs === 0) return {};
    const slot = {
      deliveryId: this.deliveryId,
      ms: input.nowMs,
      channel: choice.channel,
      purpose: purposeOf(this.input),
      ...(request.topic !== undefined && { topic: request.topic }),
    };
    const live = profile.slots.filter(
      (one) => one.ms > input.nowMs - longestCapMs && one.deliveryId !== this.deliveryId,
    );
    return { profile: { ...profile, slots: [...live, slot] } };
  }
  private freeSlot(): { readonly profile?: Profile } {
    const slots = this.profile.slots.filter((slot) => slot.deliveryId !== this.deliveryId);
    return slots.length === this.profile.slots.length ? {} : { profile: { ...this.profile, slots } };
  }

  private newRow(
    status: Delivery['status'],
    address: Address | undefined,
    reason?: Refusal,
    detail?: string,
  ): Delivery {
    const { row, request, choice, input } = this;
    return {
      deliveryId: this.deliveryId,
      profileId: this.profile.profileId,
      journeyId: row.journeyId,
      enrollmentId: row.enrollmentId,
      stepId: this.stepId,
      visit: row.cursor.visit,
      channel: choice.channel,
      template: choice.templateId,
      purpose: purposeOf(this.input),
      ...(request.topic !== undefined && { topic: request.topic }),
      status,
      ...(reason && { reason }),
      ...(detail !== undefined && { detail }),
      atMs: input.nowMs,
      ...(address && { to: address.value }),
      attemptId: input.attemptId,
      tries: this.standing?.tries ?? 0,
    };
  }

  private renderRequest(address: Address | undefined): RenderRequest {
    const { input, row, profile, choice, deliveryId, request } = this;
    const topic = request.topic === undefined ? {} : { topic: request.topic };
    return renderRequest({ input, row, profile, choice, deliveryId, address, ...topic });
  }
}

const isSameChoice = (left: MessageChoice, right: MessageChoice): boolean =>
  left.channel === right.channel && left.templateId === right.templateId;
