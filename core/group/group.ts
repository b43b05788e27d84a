import type { Message } from '../event/event.ts';
import type { Json, JsonObject } from '../json.ts';
import {
  isLater,
  ownValue,
  type GroupCopy,
  type GroupMembership,
  type Profile,
  type Stamped,
} from '../profile/profile.ts';

/** Which group: a company, a household, a school class. */
export interface GroupId {
  readonly type: string;
  readonly groupId: string;
}
/** What is known of a group. A trait of `null` was taken away, and keeps its stamp. */
export interface Group extends GroupId {
  readonly traits: { readonly [name: string]: Stamped<Json> };
  readonly walk?: GroupWalk;
}
/** That all members of a group are being looked at, since something of it changed that documents ask for. */
export interface GroupWalk {
  /** Of the group when it began. */
  readonly version: number;
  readonly beganMs: number;
  /** Parts of the list of members that are not through yet. */
  readonly parts: readonly number[];
  /** More has changed meanwhile: all are looked at once more. */
  readonly isAgain?: true;
}
/** A group as it was read; 0 for one of which nothing is known yet. */
export interface ReadGroup {
  readonly group: Group;
  readonly version: number;
}

/** The type of a group whose call names none. */
export const defaultGroupType = 'company';
/** Groups of one person, one of each type: those that were named last. */
export const mostGroupsOfPerson = 10;
/** Traits of one group: those that were set last. */
export const mostGroupTraits = 100;
/** A trait's name, and its value as JSON text; a hundred such traits are a row of 340 KB at most, and a row holds 400. */
const longestTraitName = 100;
const longestTraitValue = 1_000;
/** Says of what type the group is, and is no trait of it. */
const typeTrait = 'groupType';

const typePattern = /^[a-z][a-z0-9_-]{0,39}$/;
/** A type as it is kept; `undefined` where it cannot be one. */
export function readGroupType(value: unknown): string | undefined {
  const type = typeof value === 'string' ? value.trim().toLowerCase() : '';
  return typePattern.test(type) ? type : undefined;
}
/** The type that a group call says: `context.groupType`, else `traits.groupType`, else company; `undefined` for what cannot be one. */
export const groupTypeOf = ({ context, traits }: Pick<Message, 'context' | 'traits'>): string | undefined =>
  readGroupType(context[typeTrait] ?? traits[typeTrait] ?? defaultGroupType);

/** The group that a message says the person is in; `undefined` for none. */
export function groupOf(message: Message): GroupId | undefined {
  const type = message.groupId === undefined ? undefined : groupTypeOf(message);
  return type === undefined ? undefined : { type, groupId: message.groupId! };
}

/** Traits of the group that a group call gives: under a server key only, as whoever holds a public key could change everybody's. */
export function groupTraitsOf({ trust, traits }: Pick<Message, 'trust' | 'traits'>): JsonObject {
  if (trust !== 'server') return {};
  const { [typeTrait]: _, ...given } = traits;
  return given;
}

/** What is wrong with the traits of a group, with the path of the first that is. */
export interface TraitFault {
  readonly message: string;
  readonly path: string;
  readonly suggestion: string;
}
/** Whether these are traits that a group can have. */
export function checkGroupTraits(traits: JsonObject): TraitFault | undefined {
  const names = Object.keys(traits);
  if (names.length > mostGroupTraits)
    return {
      message: `A group has at most ${mostGroupTraits} traits, and these are ${names.length}.`,
      path: 'traits',
      suggestion: 'Send those that conditions and messages need.',
    };
  for (const name of names) {
    const path = `traits.${name.slice(0, longestTraitName)}`;
    if (name === '' || name.length > longestTraitName)
      return { message: `A trait's name has 1 to ${longestTraitName} characters.`, path, suggestion: 'Shorten it.' };
    if (JSON.stringify(traits[name]).length > longestTraitValue)
      return {
        message: `The trait "${name}" of a group is longer than ${longestTraitValue} characters of JSON.`,
        path,
        suggestion: 'Keep long texts where they are read, and send what conditions and messages need.',
      };
  }
  return undefined;
}

/** A group of which nothing is known. */
export const newGroup = ({ type, groupId }: GroupId): Group => ({ type, groupId, traits: {} });

/** Those set last, where there are too many; equal stamps go by name. So it does not matter in which order they came. */
function latest<T extends Stamped<Json>>(
  all: { readonly [name: string]: T },
  most: number,
): { readonly [name: string]: T } {
  const entries = Object.entries(all);
  if (entries.length <= most) return all;
  const isBefore = ([aName, a]: (typeof entries)[0], [bName, b]: (typeof entries)[0]): number =>
    b.ms - a.ms || (a.id === b.id ? (aName < bName ? -1 : 1) : a.id > b.id ? -1 : 1);
  return Object.fromEntries(entries.toSorted(isBefore).slice(0, most));
}

/**
 * Folds traits into a group: of each, the one with the latest stamp stands, whatever the order of arrival.
 * @returns the same group where nothing changes
 */
export function applyGroupTraits(group: Group, given: JsonObject, ms: number, id: string): Group {
  let traits: { [name: string]: Stamped<Json> } | undefined;
  for (const [name, value] of Object.entries(given))
    if (isLater(ms, id, ownValue(traits ?? group.traits, name)))
      (traits ??= { ...group.traits })[name] = { value, ms, id };
  if (!traits) return group;
  const kept = latest(traits, mostGroupTraits);
  const isSame = (name: string): boolean =>
    kept[name]?.ms === group.traits[name]?.ms && kept[name]?.id === group.traits[name]?.id;
  // What is older than all that is kept changes nothing.
  if (Object.keys(kept).length === Object.keys(group.traits).length && Object.keys(kept).every(isSame)) return group;
  return { ...group, traits: kept };
}

/** Sets traits now: they are the last word, also where a clock that is ahead has said another. */
export function setGroupTraits(group: Group, given: JsonObject, nowMs: number, id: string): Group {
  const stamped = Object.keys(given).flatMap((name) => ownValue(group.traits, name) ?? []);
  const ms = Math.max(nowMs, ...stamped.map((one) => one.ms));
  const lastId = stamped.filter((one) => one.ms === ms).reduce((last, one) => (one.id > last ? one.id : last), '');
  return applyGroupTraits(group, given, ms, id > lastId ? id : `${lastId}~`);
}

/** Makes a group the person's one of its type, unless a later call named another. */
export function joinGroup(groups: Profile['groups'], message: Message): Profile['groups'] {
  const group = groupOf(message);
  const { occurredMs: ms, messageId: id } = message;
  if (!group || !isLater(ms, id, ownValue(groups, group.type))) return groups;
  const standing = ownValue(groups, group.type);
  const isSame = standing?.value === group.groupId && standing.copy;
  const joined = { value: group.groupId, ms, id, ...(isSame && { copy: standing.copy }) };
  return latest({ ...groups, [group.type]: joined }, mostGroupsOfPerson);
}
/** The groups of two people who are one: of each type the one named last. */
export function mergeGroups(ours: Profile['groups'], theirs: Profile['groups']): Profile['groups'] {
  const joined: { [type: string]: GroupMembership } = { ...ours };
  for (const [type, one] of Object.entries(theirs)) {
    const own = ownValue(joined, type);
    const later = !own || isLater(one.ms, one.id, own) ? one : own;
    joined[type] = own?.value === one.value ? withCopy(later, laterCopy(own.copy, one.copy)) : later;
  }
  return latest(joined, mostGroupsOfPerson);
}

const withCopy = ({ copy: _, ...rest }: GroupMembership, copy: GroupCopy | undefined): GroupMembership => ({
  ...rest,
  ...(copy && { copy }),
});
const laterCopy = (left: GroupCopy | undefined, right: GroupCopy | undefined): GroupCopy | undefined =>
  (left?.version ?? -1) >= (right?.version ?? -1) ? left : right;

/** By what a group's members are listed. A type has no slash. */
export const groupKeyOf = ({ type, groupId }: GroupId): string => `${type}/${groupId}`;
/** The groups that a person is in, each with the instant when they were last heard of in it. */
export const groupMemberships = ({ groups }: Pick<Profile, 'groups'>): { readonly [key: string]: number } =>
  Object.fromEntries(
    Object.entries(groups).map(([type, { value: groupId, ms }]) => [groupKeyOf({ type, groupId }), ms]),
  );

/** The traits of a group, as they are now. */
export const groupTraits = ({ traits }: Group): JsonObject =>
  Object.fromEntries(
    Object.entries(traits)
      .filter(([, { value }]) => value !== null)
      .map(([name, { value }]) => [name, value]),
  );
