import type { Definitions } from '../definitions.ts';
import type { Profile } from '../profile/profile.ts';
import type { View } from './compile-condition.ts';

/** The person's own zone, else the workspace's. */
export const zoneOf = (profile: Profile, definitions: Pick<Definitions, 'workspace'>): string =>
  profile.timeZone?.value ?? definitions.workspace.timeZone;

/** A person at an instant, with the states that their profile keeps. */
export const viewOf = (
  profile: Profile,
  definitions: Pick<Definitions, 'workspace' | 'calendars' | 'computed'>,
  nowMs: number,
): View => ({
  profile,
  nowMs,
  zone: zoneOf(profile, definitions),
  calendars: definitions.calendars,
  computed: definitions.computed,
  states: profile.conditions,
});
