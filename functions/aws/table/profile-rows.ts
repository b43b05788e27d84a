import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { JsonObject } from '../../../core/json.ts';
import { groupMemberships } from '../../../core/group/group.ts';
import type { Loaded } from '../../../core/ports.ts';
import { newProfile, type Profile } from '../../../core/profile/profile.ts';
import { coldKey, hotKey, hotPart } from './keys.ts';
import { pack, unpack } from './pack.ts';

export type Item = { [name: string]: AttributeValue };

/**
 * What changes seldom: who somebody is, not what they do. Written only when one of these is another object. Zone and
 * locale are not among them: nearly every event of a browser stamps them anew.
 */
const coldNames = ['createdMs', 'identifiers', 'traits', 'consent', 'touchpoints', 'groups'] as const;
type Cold = Pick<Profile, (typeof coldNames)[number]>;
type Hot = Omit<Profile, keyof Cold | 'profileId'>;

/** The profile's two rows as they were read: the cold part's version is the profile's when it was written. */
export interface ReadProfile extends Loaded {
  readonly coldVersion: number;
}

/** Whether the cold part of a profile is as it was read. */
export const isColdSame = (before: Profile, after: Profile): boolean =>
  coldNames.every((name) => before[name] === after[name]);

const isCold = (name: string): boolean => (coldNames as readonly string[]).includes(name);
const isFull = (value: unknown): boolean =>
  value !== undefined && (typeof value !== 'object' || value === null || Object.keys(value).length > 0);

/** Splits a profile: what is empty is left out of the hot part, which is written most often. */
function split({ profileId: _, ...profile }: Profile): { readonly hot: JsonObject; readonly cold: JsonObject } {
  const parts = Object.entries(profile);
  const cold = parts.filter(([name, value]) => isCold(name) && value !== undefined);
  const hot = parts.filter(([name, value]) => !isCold(name) && isFull(value));
  return { hot: Object.fromEntries(hot) as JsonObject, cold: Object.fromEntries(cold) as JsonObject };
}

/** The row that every commit of a profile writes. */
export const hotItem = (profile: Profile, version: number, coldVersion: number): Item => {
  const { pk, sk } = hotKey(profile.profileId);
  return {
    pk: { S: pk },
    sk: { S: sk },
    v: { N: String(version) },
    c: { N: String(coldVersion) },
    b: { B: pack(split(profile).hot) },
  };
};
export const coldItem = (profile: Profile, version: number): Item => {
  const { pk, sk } = coldKey(profile.profileId);
  return { pk: { S: pk }, sk: { S: sk }, v: { N: String(version) }, b: { B: pack(split(profile).cold) } };
};

/** Who a profile is a member of, by its hot row. */
export function membershipsOf(hotRow: Item | undefined): Pick<Profile, 'segments' | 'audiences'> {
  const { segments = {}, audiences = {} } = hotRow ? (unpack(hotRow['b']!.B!) as unknown as Partial<Hot>) : {};
  return { segments, audiences };
}

/** The groups of a profile, by its cold row. */
export function groupsOf(coldRow: Item | undefined): { readonly [key: string]: number } {
  return coldRow ? groupMemberships(unpack(coldRow['b']!.B!) as unknown as Cold) : {};
}

/**
 * A profile from its two rows.
 * @returns `torn` where the rows are of two commits: they are to be read again
 */
export function readProfile(profileId: string, items: readonly Item[]): ReadProfile | 'torn' | undefined {
  const hotRow = items.find((item) => item['sk']?.S === hotPart);
  const coldRow = items.find((item) => item['sk']?.S !== hotPart);
  if (!hotRow) return coldRow ? 'torn' : undefined;
  const coldVersion = Number(hotRow['c']!.N);
  if (Number(coldRow?.['v']?.N) !== coldVersion) return 'torn';
  const hot = unpack(hotRow['b']!.B!) as unknown as Partial<Hot>;
  const cold = unpack(coldRow!['b']!.B!) as unknown as Cold;
  return {
    version: Number(hotRow['v']!.N),
    coldVersion,
    profile: { ...newProfile(profileId, cold.createdMs), ...cold, ...hot },
  };
}
