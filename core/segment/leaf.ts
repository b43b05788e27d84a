import type { Occurrence } from '../event/event.ts';
import { shortHash } from '../hash.ts';
import { canonicalJson, type Json } from '../json.ts';
import type { Names, Where } from './condition.ts';

/** A condition over events, as an automaton: a small packed state, a pure step, and when its truth next changes by time. */
export interface Leaf {
  /** The same rule has the same key in every document, so its state is kept once. */
  readonly key: string;
  /** What its state is made of, whatever window or number is asked: leaves of one source can read the state of the one with the longest reach. */
  readonly source: string;
  /** How much its state remembers: a number of events, or milliseconds. */
  readonly reach: number;
  readonly names: ReadonlySet<string>;
  /** The state after an event; the same object where nothing changed. Independent of the order of arrival, unless `ordered`. */
  step(state: Json | undefined, event: Occurrence, zone: string): Json | undefined;
  /** The state of two histories that turn out to be one person's. */
  merge(left: Json | undefined, right: Json | undefined): Json | undefined;
  isTrue(state: Json | undefined, nowMs: number, zone: string): boolean;
  /** The first instant after now at which truth may change by time alone; `Infinity` for never. */
  nextChangeMs(state: Json | undefined, nowMs: number, zone: string): number;
  /** Whether an event can only make it true, or keep it so for longer, and time alone can only make it false. */
  readonly isRising?: boolean;
  /** Of one that keeps a list of times: with fewer of them it is false. */
  readonly needs?: number;
  /** Set where the order of events matters, so that some of them make the state anew. */
  readonly ordered?: Ordered;
}
/** Of a leaf whose state can take events only in their order, and cannot be merged. */
export interface Ordered {
  /** Whether an event comes before, or with, what the state has seen, and counts. */
  isLate(state: Json | undefined, event: Occurrence, zone: string): boolean;
  /**
   * The state of a whole history, in whatever order it is given.
   * @param kept what was known before: events expire, and what has come about by them has come about
   */
  remake(history: readonly Occurrence[], zone: string, kept?: Json): Json | undefined;
}

/** What happened to the person before, by names of events. */
export type Past = (names: ReadonlySet<string>) => readonly Occurrence[];

/** The state after one more event, in whatever order events arrive. */
export function stepLeaf(
  leaf: Leaf,
  state: Json | undefined,
  event: Occurrence,
  zone: string,
  past: Past,
): Json | undefined {
  if (!leaf.ordered?.isLate(state, event, zone)) return leaf.step(state, event, zone);
  return leaf.ordered.remake([...past(leaf.names), event], zone, state);
}

/**
 * The state after all of a history.
 * @param kept of a leaf for which order matters: what was known of this person
 */
export function seedLeaf(leaf: Leaf, history: readonly Occurrence[], zone: string, kept?: Json): Json | undefined {
  const own = history.filter((event) => leaf.names.has(event.name));
  if (leaf.ordered) return leaf.ordered.remake(own, zone, kept);
  return own.reduce<Json | undefined>((state, event) => leaf.step(state, event, zone), undefined);
}

export const namesOf = (names: Names): ReadonlySet<string> => new Set(typeof names === 'string' ? [names] : names);
export const keyOf = (condition: object): string => shortHash(canonicalJson(condition)).slice(0, 8);
/** @param kind of state; the same for all leaves that keep their states alike */
export const sourceOf = (kind: string, names: Names, where: Where | undefined, more: object = {}): string =>
  keyOf({ kind, names: [...namesOf(names)].sort(), ...(where !== undefined && { where }), ...more });
