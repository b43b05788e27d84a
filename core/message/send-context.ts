import type { Stops } from '../control/stop.ts';
import type { Enrollment } from '../enrollment/enrollment.ts';
import type { Channel, Purpose, Workspace } from '../journey/document.ts';
import type { Profile, WebPush } from '../profile/profile.ts';
import type { Refusal, Suppression } from './delivery.ts';

/** Where one message would go. */
export interface Address {
  /** Normalised: what is sent to and what suppressions are keyed by. */
  readonly value: string;
  readonly isVerified: boolean;
  /** Of a device. */
  readonly device?: Device;
}

/** What a push message goes to. */
export interface Device {
  readonly platform: 'ios' | 'android' | 'web';
  readonly webPush?: WebPush;
}

/** A message of higher priority that the same event is about to bring. */
export interface Rival {
  readonly channel: Channel;
  readonly purpose: Purpose;
  readonly topic?: string;
  /** Until when it may come. */
  readonly untilMs: number;
}

/** Everything the gate looks at, at the last instant before a hand-over. */
export interface SendContext {
  readonly profile: Profile;
  readonly enrollment: Enrollment;
  readonly workspace: Workspace;
  readonly isAcquisition: boolean;
  readonly channel: Channel;
  readonly purpose: Purpose;
  readonly topic?: string;
  /** Of the journey: who goes first where several want one slot. @default 50 */
  readonly priority?: number;
  readonly rivals?: readonly Rival[];
  /** Of this channel; none for a webhook. */
  readonly address?: Address;
  /** Whether the person was drawn to go without this step's message. */
  readonly isStepHeldOut?: boolean;
  /** Those of the address. */
  readonly suppressions: readonly Suppression[];
  readonly stops: Stops;
  readonly nowMs: number;
  /** The profile's own zone, else the workspace's. */
  readonly zone: string;
}

/** Whether one message may go now; if not, why, and until when. */
export type SendDecision =
  | { readonly kind: 'send' }
  | { readonly kind: 'skip'; readonly reason: Refusal }
  | { readonly kind: 'defer'; readonly reason: Refusal; readonly untilMs: number };

/** One rule of the gate: says nothing where it has nothing against it. */
export type SendRule = (context: SendContext) => SendDecision | undefined;
