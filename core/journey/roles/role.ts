import type { JsonObject } from '../../json.ts';
import type { Asked } from '../../enrollment/ask.ts';
import type { Enrollment, Stretch } from '../../enrollment/enrollment.ts';
import type { Ruling } from '../../experiment/ruling.ts';
import type { View } from '../../segment/compile-condition.ts';
import type { Condition } from '../../segment/condition.ts';
import type { Channel, EventMatch, Steps, Workspace } from '../document.ts';

/** What a step is asked with: the person, the enrollment, one instant. */
export interface StepView extends View {
  readonly enrollment: Enrollment;
  readonly workspace: Workspace;
  /** What was decided of experiments; needed where a step draws. */
  readonly rulings?: readonly Ruling[];
  /** Whether such an event of the person was accepted since a stretch of steps began. */
  hasHappened(match: EventMatch, since: Stretch): boolean;
  /** When a person did what events of these names tell, as far as the step asks for them; machines do not count. */
  instantsOf(names: readonly string[]): readonly number[];
}

/** One channel with its template. */
export interface MessageChoice {
  readonly channel: Channel;
  readonly templateId: string;
}
/** A message that a step asks for. */
export interface SendRequest {
  /** In order of preference: the first that would be sent now. */
  readonly choices: readonly MessageChoice[];
  readonly topic?: string;
  /** How long it may be put off. */
  readonly useBy: string;
  /** The person has answered already: what is on its way gets its outcome, and nothing else goes out. */
  readonly isUnwanted?: true;
  /** Percent of people who do not get it, drawn by the step that stands in the document. */
  readonly holdout?: number;
  /** That step, where it is another one. */
  readonly drawnBy?: string;
}

/** What a step has to ask before it is done; the touch gives it its id. */
export type Question =
  | { readonly kind: 'coupon'; readonly pool: string }
  | { readonly kind: 'row'; readonly table: string; readonly key: string }
  | { readonly kind: 'call'; readonly templateId: string }
  | { readonly kind: 'text'; readonly liquid: string }
  | { readonly kind: 'hours'; readonly own: readonly number[] };
/** What a step makes of the answer. */
export interface Taken {
  /** Put aside as `journey.…`. */
  readonly saved?: JsonObject;
  readonly task?: { readonly queue: string; readonly title: string };
  /** Where to go on; else to what follows. */
  readonly way?: string;
  /** Why the step could not be done, as the timeline tells it; the person goes on. */
  readonly failed?: string;
}

/** What a step does at once. */
export type Act =
  | { readonly kind: 'traits'; readonly traits: JsonObject }
  | { readonly kind: 'emit'; readonly event: string; readonly properties: JsonObject }
  | { readonly kind: 'send'; readonly request: SendRequest }
  | { readonly kind: 'start'; readonly journeyId: string }
  | { readonly kind: 'audience'; readonly audienceId: string; readonly isIn: boolean }
  /** `tries`: how often the question is put while the other side does not answer well. */
  | { readonly kind: 'ask'; readonly question: Question; readonly tries: number; take(asked: Asked): Taken }
  /** Begins a stretch of steps that something may end early. */
  | { readonly kind: 'begin' }
  /** There is nothing to do any more. */
  | { readonly kind: 'pass'; readonly way: string };

/** Which way a person goes on. */
export interface Choice {
  readonly way: string;
  /** Kept for good, at its first use. */
  readonly draw?: { readonly name: string; readonly value: string };
  /** The variant that the person meets by it. */
  readonly met?: { readonly experiment: string; readonly variant: string };
  /** Of a list that is walked again: how often it was begun by now, and the step that begins the stretch. */
  readonly turn?: { readonly of: string; readonly count: number };
}

/** Where a hold leaves to. */
export type HoldWay = 'event' | 'timeout' | 'skip';

/** What a hold waits for. */
export interface HoldSpec {
  readonly wakeMs: number;
  /** Passes at once by this way, without holding. */
  readonly pass?: HoldWay;
}

/**
 * Where a way leads: into a list of steps and then to what follows; to what follows, or the step after that; out of the
 * stretch of steps in which the step stands; or into a list that comes back to the step.
 */
export type WayTarget = Steps | 'next' | 'after-next' | 'out' | { readonly again: Steps };
export type Ways = { readonly [way: string]: WayTarget };

/** What a step looks for while somebody stands at it. */
export interface Watch<S> {
  /** An event that ends the standing. */
  awaits?(step: S): EventMatch | undefined;
  /** A condition that ends it. */
  watches?(step: S): Condition | undefined;
}

/** What a step asks of history when a person comes to it. */
export interface Asks<S> {
  /** Conditions whose events must be read before. */
  asks?(step: S): readonly Condition[];
  /** Names of further events that must be read before. */
  asksEvents?(step: S): readonly string[];
}

/** The part a step plays when a person reaches it; the compiler and the touch know these and no step kinds. */
export type Role<S> =
  | ({
      readonly role: 'act';
      act(step: S, view: StepView): Act;
      /** Channels that it may send on. */
      channels?(step: S): readonly Channel[];
      /** Ways beside the one to what follows. */
      ways?(step: S): Ways;
    } & Watch<S> &
      Asks<S>)
  | ({
      readonly role: 'choose';
      ways(step: S): Ways;
      choose(step: S, view: StepView): Choice;
      /** Whether a way may be drawn, by what was decided of experiments. */
      draws?: true;
    } & Asks<S>)
  | ({
      readonly role: 'hold';
      ways(step: S): { readonly [way in HoldWay]?: WayTarget };
      /** What has to be asked first, if anything. */
      question?(step: S, view: StepView): Question | undefined;
      hold(step: S, view: StepView, asked?: Asked): HoldSpec;
      /** Its length as an ISO 8601 duration, where the document alone says it. */
      lasts?(step: S): string | undefined;
      /** Name under which the event that ended it is put aside. */
      saves?(step: S): string | undefined;
      /** Whether the instant follows a trait and moves with it. */
      isMovable?(step: S): boolean;
    } & Watch<S> &
      Asks<S>)
  /** Stands for a list of other steps; the first of them has its id. */
  | {
      readonly role: 'list';
      unfold(step: S, id: string): Steps;
      /** Lists of the document's steps inside it. */
      inner?(step: S): readonly Steps[];
    }
  | { readonly role: 'end' };
