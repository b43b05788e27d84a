import type { Channel, Purpose } from '../journey/document.ts';

/** Why a message was not handed over, from one closed list; its order is the gate's. */
export const refusals = [
  'erased',
  'not-active',
  'converted',
  'suppressed',
  'no-consent',
  'no-address',
  'address-unverified',
  'holdout',
  'step-holdout',
  'paused',
  'breaker',
  'quiet-hours',
  'frequency-cap',
  'priority',
  'expired',
  'answered',
  'render-failed',
  'missing-value',
  'reference-missing',
  'no-turn',
  'provider-refused',
] as const;
export type Refusal = (typeof refusals)[number];

/** What a delivery shows of itself: what we did with it, then what the provider reports. */
export const shownStatuses = [
  'pending',
  'deferred',
  'sent',
  'skipped',
  'unknown',
  'failed',
  'delivered',
  'bounced',
  'complained',
  'opened',
  'clicked',
] as const;
/** `handing` is the last commit before the provider call; outside it reads as `pending`. */
export type DeliveryStatus = (typeof shownStatuses)[number] | 'handing';

/** One message to one person, attempted, with its outcome. */
export interface Delivery {
  readonly deliveryId: string;
  readonly profileId: string;
  readonly journeyId: string;
  readonly enrollmentId: string;
  readonly stepId: string;
  readonly visit: number;
  readonly channel: Channel;
  readonly template: string;
  readonly purpose: Purpose;
  readonly topic?: string;
  readonly status: DeliveryStatus;
  readonly reason?: Refusal;
  /** A word more, such as the name of a missing value or the provider's answer. */
  readonly detail?: string;
  readonly atMs: number;
  readonly untilMs?: number;
  readonly to?: string;
  readonly attemptId: string;
  /** How often it was definitely refused by its provider, or got no turn: what the next back-off grows with. */
  readonly tries: number;
}

/** Reasons of a suppression, and what each covers. */
export const suppressionScopes = {
  'hard-bounce': 'all',
  erasure: 'all',
  stop: 'all',
  manual: 'all',
  complaint: 'marketing',
  unsubscribe: 'marketing',
} as const;
export type SuppressionReason = keyof typeof suppressionScopes;

/** A block on an address; the address itself is kept only as a keyed hash. */
export interface Suppression {
  readonly channel: Channel;
  /** HMAC of the normalised address, hex. */
  readonly addressHash: string;
  readonly reason: SuppressionReason;
  readonly atMs: number;
  readonly source?: string;
  /** Narrows what its reason covers. */
  readonly purpose?: 'marketing';
}

/** Whether a suppression stands in the way of a message of this purpose. */
export const blocks = (suppression: Suppression, purpose: Purpose): boolean =>
  purpose === 'marketing' || (suppression.purpose !== 'marketing' && suppressionScopes[suppression.reason] === 'all');
