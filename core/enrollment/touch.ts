import type { Stops } from '../control/stop.ts';
import type { JourneyVersion } from '../definitions.ts';
import type { StoredEvent } from '../event/event.ts';
import type { Ruling } from '../experiment/ruling.ts';
import type { TouchDefinition } from '../journey/compile.ts';
import type { Channel } from '../journey/document.ts';
import type { Delivery, Suppression } from '../message/delivery.ts';
import type { Change, Loaded, RenderRequest } from '../ports.ts';
import type { Surroundings } from '../profile/draft.ts';
import type { Ask, Asked } from './ask.ts';
import type { Enrollment } from './enrollment.ts';
import type { Callback } from './own-wait.ts';
import type { Handed, Prepared } from './send-step.ts';

/** One go at a touch: what was read, and what was done since the last go. */
export interface TouchInput extends Surroundings {
  readonly loaded: Loaded;
  readonly enrollment: Enrollment;
  readonly journey: JourneyVersion;
  readonly touch: TouchDefinition;
  /** Events that the touch's conditions may ask about, oldest first. */
  readonly history: readonly StoredEvent[];
  readonly suppressions: readonly Suppression[];
  readonly stops: Stops;
  /** What was decided of experiments; needed where the touch draws. */
  readonly rulings?: readonly Ruling[];
  readonly delivery: Delivery | undefined;
  readonly addressHash: (channel: Channel, address: string) => string;
  /** Where the touch's own state can wait. */
  readonly callback?: Callback;
  /** The message of the send at the cursor, once rendered. */
  readonly prepared?: Prepared;
  /** What the provider said of the delivery that this touch handed over. */
  readonly handed?: Handed;
  /** What came of the questions that this touch has asked, by their ids. */
  readonly asked?: ReadonlyMap<string, Asked>;
}

/** What the touch is to do next. */
export type TouchAnswer =
  | { readonly kind: 'render'; readonly request: RenderRequest }
  | { readonly kind: 'hand'; readonly deliveryId: string; readonly attemptId: string; readonly handingMs: number }
  | {
      readonly kind: 'reconcile';
      readonly deliveryId: string;
      readonly attemptId: string;
      readonly channel: Channel;
    }
  | { readonly kind: 'ask'; readonly ask: Ask }
  | { readonly kind: 'next'; readonly state: string; readonly wakeMs: number }
  /** At the hold that follows, in the touch's own state. */
  | { readonly kind: 'waits'; readonly state: string; readonly wakeMs: number }
  | { readonly kind: 'ended' };

export interface TouchDecision {
  readonly change?: Change;
  readonly answer: TouchAnswer;
}
