import { shareOf } from '../hash.ts';
import type { Json, JsonObject } from '../json.ts';
import { valuesAt, type Occurrence } from '../event/event.ts';
import type { Calendars } from '../profile/holidays.ts';
import type { Profile } from '../profile/profile.ts';
import { traitValue, type ComputedTrait, type ComputedTraits } from '../trait/computed-trait.ts';
import type { Condition, DidCondition, Operators, TraitCondition, ValueCondition } from './condition.ts';
import { isAround, nextEdgeMs } from './day-of.ts';
import { distinctLeaf } from './distinct-leaf.ts';
import { countLeaf } from './count-leaf.ts';
import { seedLeaf, type Leaf } from './leaf.ts';
import { occasionLeaf } from './occasion-leaf.ts';
import { sumLeaf } from './sum-leaf.ts';
import { compileOperators, compileValueTest, momentChanges } from './operators.ts';
import { sequenceLeaf } from './sequence-leaf.ts';

/** What a condition is asked about: one person at one instant, and what began their journey. */
export interface View {
  readonly profile: Profile;
  readonly nowMs: number;
  readonly zone: string;
  /** For holidays. */
  readonly calendars: Calendars;
  /** Traits that are made of the profile's own states. */
  readonly computed: ComputedTraits;
  /** States of the leaves: the profile's own, an enrollment's, or seeded from history. */
  readonly states: { readonly [leafKey: string]: Json };
  readonly event?: { readonly properties: JsonObject; readonly name?: string };
  readonly saved?: JsonObject;
}

/** A condition compiled once. */
export interface Compiled {
  readonly leaves: readonly Leaf[];
  /** Names of the events that can change it. */
  readonly names: ReadonlySet<string>;
  readonly segments: ReadonlySet<string>;
  /** Traits that it asks for, which may be computed. */
  readonly traits: ReadonlySet<string>;
  /** Whether traits, consent or identifiers can change it. */
  readonly readsProfile: boolean;
  /** Whether it asks for events alone, each of which can only make it true or keep it so for longer, and time only false. */
  readonly isRising: boolean;
  /** Of one that is a single leaf and rises: it is false while the leaf's state holds fewer times. */
  readonly needs?: { readonly key: string; readonly times: number };
  isTrue(view: View): boolean;
  /** First instant after now at which it may change by time alone; never late. */
  nextChangeMs(view: View): number;
}

const nothing = {
  leaves: [],
  names: new Set<string>(),
  segments: new Set<string>(),
  traits: new Set<string>(),
  readsProfile: false,
  isRising: false,
};
const never = (): number => Infinity;

/** How a leaf's state is called among others. */
type Naming = (leaf: Leaf) => Leaf;
const byRule: Naming = (leaf) => leaf;
const bySource: Naming = (leaf) => ({ ...leaf, key: leaf.source });

/** Compiles a checked condition to closures. @throws RangeError for what `check` refuses */
export const compileCondition = (condition: Condition): Compiled => compile(condition, byRule);

/**
 * Compiles a condition about a profile's own states, where rules that count the same events share one: of the leaves
 * with the same key, the one with the longest reach is to be stepped.
 * @throws RangeError as `compileCondition`
 */
export const compileShared = (condition: Condition): Compiled => compile(condition, bySource);

function compile(condition: Condition, naming: Naming): Compiled {
  const join = (
    conditions: readonly Condition[],
    decide: (parts: readonly Compiled[], view: View) => boolean,
    isRising = true,
  ): Compiled =>
    joined(
      conditions.map((one) => compile(one, naming)),
      decide,
      isRising,
    );
  if ('all' in condition)
    return join(condition.all, (parts, view) => {
      for (const part of parts) if (!part.isTrue(view)) return false;
      return true;
    });
  if ('any' in condition) return join(condition.any, (parts, view) => parts.some((part) => part.isTrue(view)));
  if ('not' in condition) return join([condition.not], (parts, view) => !parts[0]!.isTrue(view), false);
  if ('did' in condition) return ofLeaf(naming(didLeaf(condition)));
  if ('didNot' in condition) return ofLeaf(naming(countLeaf(condition)));
  if ('last' in condition || 'first' in condition) return ofLeaf(naming(occasionLeaf(condition)));
  if ('sequence' in condition) return ofLeaf(naming(sequenceLeaf(condition)));
  if ('trait' in condition) return ofTrait(condition);
  if ('value' in condition) return ofValue(condition);
  if ('segment' in condition) {
    const { segment } = condition;
    return {
      ...nothing,
      segments: new Set([segment]),
      isTrue: (view) => Object.hasOwn(view.profile.segments, segment),
      nextChangeMs: never,
    };
  }
  if ('consent' in condition) {
    const key = `${condition.consent}/${condition.purpose ?? 'marketing'}`;
    const wanted = condition.is;
    return {
      ...nothing,
      readsProfile: true,
      isTrue: (view) => (view.profile.consent[key]?.value ?? 'unknown') === wanted,
      nextChangeMs: never,
    };
  }
  if ('dayOf' in condition)
    return {
      ...nothing,
      readsProfile: true,
      traits: new Set(typeof condition.dayOf === 'string' ? [rootOf(condition.dayOf)] : []),
      isTrue: (view) => isAround(condition, view),
      nextChangeMs: (view) => nextEdgeMs(condition, view),
    };
  if ('random' in condition) {
    const { random, salt = '' } = condition;
    return {
      ...nothing,
      isTrue: (view) => shareOf('random', salt, view.profile.profileId) * 100 < random,
      nextChangeMs: never,
    };
  }
  throw new RangeError(`No condition is known by these keys: ${Object.keys(condition).join(', ')}`);
}

function didLeaf(condition: DidCondition): Leaf {
  const { sum, distinct } = condition;
  if (distinct !== undefined) return distinctLeaf({ ...condition, distinct });
  return sum === undefined ? countLeaf(condition) : sumLeaf({ ...condition, sum });
}

function joined(
  parts: readonly Compiled[],
  decide: (parts: readonly Compiled[], view: View) => boolean,
  isRising: boolean,
): Compiled {
  return {
    leaves: parts.flatMap((part) => part.leaves),
    names: new Set(parts.flatMap((part) => [...part.names])),
    segments: new Set(parts.flatMap((part) => [...part.segments])),
    traits: new Set(parts.flatMap((part) => [...part.traits])),
    readsProfile: parts.some((part) => part.readsProfile),
    isRising: isRising && parts.every((part) => part.isRising),
    isTrue: (view) => decide(parts, view),
    // The earliest of the parts' changes: the whole cannot change before one of its parts does.
    nextChangeMs: (view) => parts.reduce((earliest, part) => Math.min(earliest, part.nextChangeMs(view)), Infinity),
  };
}

const ofLeaf = (leaf: Leaf): Compiled => ({
  ...nothing,
  leaves: [leaf],
  names: leaf.names,
  isRising: leaf.isRising === true,
  ...(leaf.isRising && leaf.needs !== undefined && { needs: { key: leaf.key, times: leaf.needs } }),
  isTrue: (view) => leaf.isTrue(view.states[leaf.key], view.nowMs, view.zone),
  nextChangeMs: (view) => leaf.nextChangeMs(view.states[leaf.key], view.nowMs, view.zone),
});

const rootOf = (path: string): string => path.split('.', 1)[0] ?? '';

function ofTrait(condition: TraitCondition): Compiled {
  const [name = '', ...rest] = condition.trait.split('.');
  if (rest.length > 0) return ofValues(condition, (view) => valuesAt(traitValue(view, name), rest), name);
  const test = compileValueTest(condition);
  return {
    ...ofValues(condition, (view) => valuesAt(traitValue(view, name), rest), name),
    isTrue: (view) => test(traitValue(view, name), view),
  };
}

function ofValue(condition: ValueCondition): Compiled {
  const [root, ...path] = condition.value.split('.');
  if (root === 'event')
    return ofValues(condition, (view) => valuesAt(view.event as unknown as JsonObject | undefined, path));
  if (root === 'journey') return ofValues(condition, (view) => valuesAt(view.saved, path));
  const [kind, name = '', ...rest] = path;
  if (kind !== 'traits') return ofValues(condition, () => []);
  return ofValues(condition, (view) => valuesAt(traitValue(view, name), rest), name);
}

/** @param trait that is read, if any: a computed one changes by itself */
function ofValues(operators: Operators, read: (view: View) => readonly Json[], trait?: string): Compiled {
  const test = compileOperators(operators);
  const isRelative = [operators.before, operators.after].some((limit) => typeof limit === 'object');
  const ofMoment = (view: View): number =>
    isRelative ? Math.min(Infinity, ...momentChanges(operators, read(view), view)) : Infinity;
  return {
    ...nothing,
    readsProfile: true,
    ...(trait !== undefined && { traits: new Set([trait]) }),
    isTrue: (view) => test(read(view), view),
    nextChangeMs: (view) => {
      const computed = trait === undefined ? undefined : view.computed.get(trait);
      if (!computed) return ofMoment(view);
      const holds = test(read(view), view);
      const differs = (at: View): boolean => test(read(at), at) !== holds;
      return Math.min(ofMoment(view), nextOther(computed, view, isRelative ? () => true : differs));
    },
  };
}

/** Values of a trait that are looked at ahead: a day each of one that counts days. */
const mostAhead = 40;

/** The first instant after now at which the value of a trait makes a difference, or from which on that is to be looked at anew. */
function nextOther(trait: ComputedTrait, view: View, differs: (at: View) => boolean): number {
  let at = view;
  for (let count = 0; count < mostAhead; count++) {
    const nowMs = trait.nextChangeMs(at);
    if (nowMs === Infinity) return Infinity;
    at = { ...at, nowMs };
    if (differs(at)) break;
  }
  return at.nowMs;
}

/** The leaves' states after a history, oldest first: how asked and watched conditions are seeded. */
export function seedStates(
  leaves: readonly Leaf[],
  history: readonly Occurrence[],
  zone: string,
): { [leafKey: string]: Json } {
  const states: { [leafKey: string]: Json } = {};
  for (const leaf of leaves) {
    const state = seedLeaf(leaf, history, zone);
    if (state !== undefined) states[leaf.key] = state;
  }
  return states;
}

const once = new WeakMap<Condition, Compiled>();

/** The compiled form of a condition object, made at its first use. */
export function compiledOnce(condition: Condition): Compiled {
  const standing = once.get(condition);
  if (standing) return standing;
  const compiled = compileCondition(condition);
  once.set(condition, compiled);
  return compiled;
}
