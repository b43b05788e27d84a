import type { Condition, DurationText, Names, Where } from '../segment/condition.ts';
import type { BestEnd } from './rank-table.ts';

interface Head {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
}
/** Which events a trait is made of. */
export interface Source {
  readonly where?: Where;
  /** Only those of the last stretch of time; all there ever were when absent. */
  readonly within?: DurationText;
}
/** What of an event is counted instead of a property: its name, or when it was where the person lives. */
export type By = 'event' | 'hour' | 'weekday';
/** Value → what the trait says instead; a value that is not in it says nothing. */
export type Naming = { readonly [value: string]: string };

export interface CountTrait extends Head, Source {
  readonly count: Names;
}
/** Of numbers: what stands at a path of the events' properties. */
interface OfNumbers extends Head, Source {
  readonly of: string;
}
export interface SumTrait extends OfNumbers {
  readonly sum: Names;
}
export interface AverageTrait extends OfNumbers {
  readonly average: Names;
}
export interface MinTrait extends OfNumbers {
  readonly min: Names;
}
export interface MaxTrait extends OfNumbers {
  readonly max: Names;
}
/** Without `of` the instant at which it happened. */
interface Occasion extends Head, Source {
  readonly of?: string;
  readonly as?: Naming;
}
export interface FirstTrait extends Occasion {
  readonly first: Names;
}
export interface LastTrait extends Occasion {
  readonly last: Names;
}
/** Of several that are as frequent, the one that came last. */
export interface MostFrequentTrait extends Head, Source {
  readonly mostFrequent: Names;
  readonly of?: string;
  readonly by?: By;
  readonly as?: Naming;
}
/** Different values, the latest first. */
export interface ListTrait extends Head, Source {
  readonly list: Names;
  readonly of?: string;
  readonly by?: 'event';
  readonly as?: Naming;
  readonly atMost?: number;
}
/** Midnights since the last time, where the person lives. */
export interface DaysSinceTrait extends Head {
  readonly daysSince: Names;
  readonly where?: Where;
}
/** On how many days it happened, in the workspace's zone. */
export interface DaysWithTrait extends Head {
  readonly daysWith: Names;
  readonly where?: Where;
}
/** How many days there are on average from one day on which it happened to the next: a person's own rhythm. */
export interface DaysBetweenTrait extends Head {
  readonly daysBetween: Names;
  readonly where?: Where;
}
/** One trait divided by another. */
export interface RatioTrait extends Head {
  readonly ratio: { readonly of: string; readonly to: string };
}
/** The name of the highest level that a trait reaches. */
export interface LevelTrait extends Head {
  readonly level: string;
  readonly from: { readonly [name: string]: number };
}
/** A person's place among everybody by a trait that is a number: 1 for the worst class, `into` for the best. */
export interface RankTrait extends Head {
  readonly rank: string;
  /** How many classes of equal size. */
  readonly into: number;
  /** Only those are compared whose trait is above this. */
  readonly above?: number;
  /** Which end is the best; `most` when absent. */
  readonly best?: BestEnd;
}
/** Something that speaks for a persona where it is true of somebody. */
export interface Sign {
  readonly when: Condition;
  /** How much it says beside the other signs; 1 when absent. */
  readonly weight?: number;
  /** The reason in a marketer's words; else the condition is put into words. */
  readonly says?: string;
}
export interface Persona {
  readonly name: string;
  readonly description?: string;
  readonly signs: readonly Sign[];
}
/** The persona that somebody is most like: the one with the greatest part of the weight of its signs. */
export interface ClosestTrait extends Head {
  readonly closest: { readonly [personaId: string]: Persona };
  /** The least part of a persona's weight, in percent, that makes anybody one; 1 when absent. */
  readonly atLeast?: number;
}

/** traits/<id>.trait.json: a trait that is made of what happened. */
export type TraitDocument =
  | CountTrait
  | SumTrait
  | AverageTrait
  | MinTrait
  | MaxTrait
  | FirstTrait
  | LastTrait
  | MostFrequentTrait
  | ListTrait
  | DaysSinceTrait
  | DaysWithTrait
  | DaysBetweenTrait
  | RatioTrait
  | LevelTrait
  | RankTrait
  | ClosestTrait;
