import { valuesAt } from '../event/event.ts';
import type { Json, JsonObject } from '../json.ts';
import { ownValue } from '../profile/profile.ts';
import type { View } from '../segment/compile-condition.ts';
import type { Leaf } from '../segment/leaf.ts';

/** One person at one instant, as far as traits ask. */
export type TraitView = Pick<View, 'profile' | 'nowMs' | 'zone' | 'calendars' | 'computed'>;

/** The view in which conditions of a trait are asked: of the profile's own states, whoever asks. */
export const ownStates = (view: TraitView): View => ({ ...view, states: view.profile.conditions });

/** A trait that is not given but made, each time it is read, of states that events leave behind. */
export interface ComputedTrait {
  readonly id: string;
  /** States of the profile that it is read from. */
  readonly leaves: readonly Leaf[];
  /** The same with the windows in which their events count. */
  readonly sources: readonly { readonly leaf: Leaf; readonly within?: string | undefined }[];
  /** Names of the events that can change it. */
  readonly names: ReadonlySet<string>;
  /** Traits that it is made of or asks for, computed or not. */
  readonly parts: ReadonlySet<string>;
  /** Segments that it asks for. */
  readonly segments: ReadonlySet<string>;
  /** `undefined` where there is nothing to tell. */
  readonly valueOf: (view: TraitView) => Json | undefined;
  /** The first instant after now at which its value may be another by time alone; `Infinity` for never. */
  readonly nextChangeMs: (view: TraitView) => number;
}

/** By their ids. */
export type ComputedTraits = ReadonlyMap<string, ComputedTrait>;
export const noComputedTraits: ComputedTraits = new Map();

/** The value of a trait, computed or given: a computed one goes before a given one of the same name. */
export function traitValue(view: TraitView, name: string): Json | undefined {
  const computed = view.computed.size === 0 ? undefined : view.computed.get(name);
  if (computed) return computed.valueOf(view);
  return ownValue(view.profile.traits, name)?.value ?? (name === groupsTrait ? traitsOfGroups(view) : undefined);
}

/** Under this name the traits of a person's groups are read, by type: `groups.company.plan`. */
export const groupsTrait = 'groups';
function traitsOfGroups({ profile }: TraitView): JsonObject | undefined {
  const known = Object.entries(profile.groups).flatMap(([type, { copy }]) =>
    copy ? [[type, copy.traits] as const] : [],
  );
  return known.length === 0 ? undefined : Object.fromEntries(known);
}

/** The number at the path of a trait. */
export function numberOf(view: TraitView, path: string): number | undefined {
  const [root = '', ...rest] = path.split('.');
  return valuesAt(traitValue(view, root), rest).find((value) => typeof value === 'number');
}

/** All traits of a person that say something. */
export function traitsOf(view: TraitView): { readonly [name: string]: Json } {
  const traits = new Map(Object.entries(view.profile.traits).map(([name, { value }]) => [name, value]));
  for (const { id, valueOf } of view.computed.values()) {
    const value = valueOf(view);
    if (value === undefined) traits.delete(id);
    else traits.set(id, value);
  }
  const groups = traitsOfGroups(view);
  if (groups && !traits.has(groupsTrait)) traits.set(groupsTrait, groups);
  return Object.fromEntries(traits);
}
