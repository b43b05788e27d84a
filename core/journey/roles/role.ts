import type { JsonObject } from '../../json.ts';
import type { Ruling } from '../../experiment/ruling.ts';
import type { Enrollment } from '../../enrollment/enrollment.ts';
import type { View } from '../../segment/compile-condition.ts';
import type { Condition } from '../../segment/condition.ts';
import type { Channel, EventMatch, Steps, Workspace } from '../document.ts';

/** What a step is asked with: the person, the enrollment, one instant. */
export interface StepView extends View {
  readonly enrollment: Enrollment;
  readonly workspace: Workspace;
  /** What was decided of experiments; needed where a step draws. */
  readonly rulings?: readonly Ruling[];
}

/** A message that a send step asks for. */
export interface SendRequest {
  readonly channel: Channel;
  readonly templateId: string;
  readonly topic?: string;
  /** How long it may be put off. */
  readonly useBy: string;
  /** Percent of people who do not get it, drawn by the step that stands in the document. */
  readonly holdout?: number;
}

/** What a step does at once. */
export type Act =
  | { readonly kind: 'traits'; readonly traits: JsonObject }
  | { readonly kind: 'emit'; readonly event: string; readonly properties: JsonObject }
  | { readonly kind: 'send'; readonly request: SendRequest };

/** Which way a person goes on. */
export interface Choice {
  readonly way: string;
  /** Kept for good, at its first use. */
  readonly draw?: { readonly name: string; readonly value: string };
  /** The variant that the person meets by it. */
  readonly met?: { readonly experiment: string; readonly variant: string };
}

/** Where a hold leaves to. */
export type HoldWay = 'event' | 'timeout' | 'skip';

/** What a hold waits for. */
export interface HoldSpec {
  readonly wakeMs: number;
  /** Passes at once by this way, without holding. */
  readonly pass?: HoldWay;
}

/** The part a step plays when a person reaches it; the compiler and the touch know these four and no step kinds. */
export type Role<S> =
  | { readonly role: 'act'; act(step: S, view: StepView): Act }
  | {
      readonly role: 'choose';
      /** Inner lists by way; a way without a list goes on to what follows. */
      ways(step: S): { readonly [way: string]: Steps };
      choose(step: S, view: StepView): Choice;
      /** Whether a way may be drawn, by what was decided of experiments. */
      draws?: true;
      /** Conditions that are asked here, so that history can be read before. */
      asks(step: S): readonly Condition[];
    }
  | {
      readonly role: 'hold';
      ways(step: S): { readonly [way in HoldWay]?: Steps | 'next' | 'after-next' };
      hold(step: S, view: StepView): HoldSpec;
      /** Its length as an ISO 8601 duration, where the document alone says it. */
      lasts?(step: S): string | undefined;
      /** An event that ends it. */
      awaits?(step: S): EventMatch | undefined;
      /** A condition that ends it. */
      watches?(step: S): Condition | undefined;
      /** Name under which the event that ended it is put aside. */
      saves?(step: S): string | undefined;
      /** Whether the instant follows a trait and moves with it. */
      isMovable?(step: S): boolean;
    }
  | { readonly role: 'end' };
