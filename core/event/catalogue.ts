import type { Documents, ValidationMode } from '../journey/document.ts';
import type { Message } from './event.ts';
import { compileCatalogue } from './compile-catalogue.ts';

export const eventProblemCodes = [
  'event_unknown',
  'property_missing',
  'property_type',
  'property_value',
  'property_range',
  'property_unknown',
] as const;
export type EventProblemCode = (typeof eventProblemCodes)[number];

/** What of an event is not as the catalogue says. It names no value: values are personal. */
export interface EventProblem {
  readonly code: EventProblemCode;
  /** Dotted path inside the message; through a list it means each element. */
  readonly path: string;
  readonly message: string;
  readonly suggestion?: string;
}
/** What the catalogue says of one message, and what is to become of it. */
export interface Judgement {
  readonly mode: Exclude<ValidationMode, 'off'>;
  readonly problems: readonly EventProblem[];
}
/** Holds a message against the catalogue; `undefined` where nothing is wrong with it, or nobody asks. */
export type Catalogue = (message: Message) => Judgement | undefined;

type Described = Pick<Documents, 'workspace' | 'events' | 'journeys'>;

/** Whether these documents judge events at all: without a catalogue nobody does. */
export const judgesEvents = ({ workspace, events }: Pick<Described, 'workspace' | 'events'>): boolean => {
  const { validation = 'off', unknown = 'off' } = workspace.events ?? {};
  return events.length > 0 && (unknown !== 'off' || events.some((event) => (event.validation ?? validation) !== 'off'));
};

/** The catalogue, ready to judge; `undefined` where nothing is to be judged, so that events cost nothing then. */
export const catalogueOf = (documents: Described): Catalogue | undefined =>
  judgesEvents(documents) ? compileCatalogue(documents) : undefined;
