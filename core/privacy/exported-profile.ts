import { withoutCopies } from '../group/copies.ts';
import type { JsonObject } from '../json.ts';
import type { Profile } from '../profile/profile.ts';

/** A profile as its person gets it: which groups they are in, and not what is known of those, which is about several people. */
export const exportedProfile = (profile: Profile): JsonObject =>
  ({ ...profile, groups: withoutCopies(profile.groups) }) as unknown as JsonObject;
