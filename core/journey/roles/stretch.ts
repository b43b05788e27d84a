import type { StepView } from './role.ts';
import { compiledOnce } from '../../segment/compile-condition.ts';
import type { Condition } from '../../segment/condition.ts';
import type { EventMatch, Until } from '../document.ts';

/** What ends a stretch of steps early: what the document says, else that the person answers one of its messages. */
export interface Ending {
  /** The step that the stretch began with. */
  readonly begins: string;
  readonly until?: Until;
  /** Sends so far, whose opening or click ends it where the document names nothing. */
  readonly sends?: readonly string[];
}

/** Reports that a person has taken notice of a message. */
export const answers: readonly string[] = ['email', 'sms', 'push', 'in-app'].flatMap((channel) => {
  const word = { email: 'Email', sms: 'SMS', push: 'Push', 'in-app': 'In-App' }[channel]!;
  return [`${word} Opened`, `${word} Clicked`];
});
/** The event that ends a stretch. */
export function endingEvent({ until, sends }: Ending): EventMatch | undefined {
  if (until) return 'event' in until ? until : undefined;
  return sends && sends.length > 0 ? { event: answers, ofAny: sends } : undefined;
}
/** The condition that ends a stretch. */
export const endingCondition = ({ until }: Ending): Condition | undefined =>
  until && !('event' in until) ? until : undefined;

/** Whether a stretch is over before its last step. */
export function isOver(ending: Ending, view: StepView): boolean {
  const began = view.enrollment.stretches?.[ending.begins];
  const event = endingEvent(ending);
  if (event) return began !== undefined && view.hasHappened(event, began);
  const condition = endingCondition(ending);
  return condition !== undefined && compiledOnce(condition).isTrue(view);
}

/** What a step of a stretch asks of history and looks for. */
export const endingOf = <S>(
  endingIn: (step: S) => Ending,
): {
  asks(step: S): readonly Condition[];
  asksEvents(step: S): readonly string[];
  awaits(step: S): EventMatch | undefined;
  watches(step: S): Condition | undefined;
} => ({
  asks: (step) => [endingCondition(endingIn(step))].filter((one) => one !== undefined),
  asksEvents: (step) => [endingEvent(endingIn(step))?.event ?? []].flat(),
  awaits: (step) => endingEvent(endingIn(step)),
  watches: (step) => endingCondition(endingIn(step)),
});
