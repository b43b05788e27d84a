import type { Json } from '../json.ts';

/** An ISO 8601 duration as written, such as `PT24H` or `P60D`. */
export type DurationText = string;
/** One or several event names. */
export type Names = string | readonly string[];

/** An instant in a condition: ISO 8601 with offset, or relative to now. */
export type Moment = string | { readonly ago: DurationText } | { readonly fromNow: DurationText };

/** A test on one value; several keys must all hold. */
export interface Operators {
  readonly is?: Json;
  readonly isNot?: Json;
  readonly in?: readonly Json[];
  readonly notIn?: readonly Json[];
  readonly exists?: boolean;
  readonly contains?: Json;
  readonly startsWith?: string;
  /** A regular expression in RE2 syntax. */
  readonly matches?: string;
  readonly above?: number;
  readonly atLeast?: number;
  readonly below?: number;
  readonly atMost?: number;
  readonly before?: Moment;
  readonly after?: Moment;
}

/** Property path → a value it must equal, or operators. */
export interface Where {
  readonly [path: string]: Json | Operators;
}

export interface DidCondition {
  readonly did: Names;
  readonly where?: Where;
  readonly sum?: string;
  readonly distinct?: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly exactly?: number;
  readonly within?: DurationText;
}
export interface DidNotCondition {
  readonly didNot: Names;
  readonly where?: Where;
  readonly within?: DurationText;
}
interface OccasionLimits {
  readonly where?: Where;
  readonly olderThan?: DurationText;
  readonly newerThan?: DurationText;
}
export interface LastCondition extends OccasionLimits {
  readonly last: Names;
}
export interface FirstCondition extends OccasionLimits {
  readonly first: Names;
}
export interface SequenceCondition {
  readonly sequence: readonly { readonly did: Names; readonly where?: Where }[];
  readonly within?: DurationText;
  readonly thenNot?: Names;
  readonly for?: DurationText;
}
export interface TraitCondition extends Operators {
  readonly trait: string;
}
export interface ValueCondition extends Operators {
  readonly value: string;
}
export interface SegmentCondition {
  readonly segment: string;
}
export interface ConsentCondition {
  readonly consent: string;
  readonly purpose?: string;
  readonly is: 'granted' | 'denied' | 'unknown';
}
export interface DayOfCondition {
  readonly dayOf: string | { readonly holiday: string };
  readonly from: DurationText;
  readonly to: DurationText;
}
export interface RandomCondition {
  readonly random: number;
  readonly salt?: string;
}
export interface AllCondition {
  readonly all: readonly Condition[];
}
export interface AnyCondition {
  readonly any: readonly Condition[];
}
export interface NotCondition {
  readonly not: Condition;
}

/** The one condition language of segments, branches, entries, exits and goals, as marketers write it. */
export type Condition =
  | AllCondition
  | AnyCondition
  | NotCondition
  | TraitCondition
  | DidCondition
  | DidNotCondition
  | LastCondition
  | FirstCondition
  | SequenceCondition
  | SegmentCondition
  | ConsentCondition
  | DayOfCondition
  | RandomCondition
  | ValueCondition;
