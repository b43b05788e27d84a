import { canonicalJson } from '../json.ts';
import { isLater, type ConsentEntry, type Profile } from './profile.ts';

/** Everything that was said of one channel and purpose, each speaker's last word. */
export const voicesOf = (entry: ConsentEntry | undefined): readonly ConsentEntry[] => {
  if (!entry) return [];
  const { others = [], ...own } = entry;
  return [own, ...others];
};

/** Since when an identifier is known to be this person's: the first message that named it beside another. */
function linkedMs(profile: Profile, speaker: string | undefined): number {
  // Nobody in particular: said through the API, of the person as a whole.
  if (speaker === undefined) return -Infinity;
  const found = profile.identifiers.find((one) => `${one.kind}:${one.value}` === speaker);
  return found?.linkedMs ?? Infinity;
}

/**
 * What stands after all that was said, whatever the order in which it came: the last word of each speaker counts, and a
 * grant undoes an earlier denial only of the same speaker, or of one who was known to be the same person by then. So
 * the stricter side wins in a merge, and a merge that is heard of late decides like one heard of in time.
 */
function weigh(profile: Profile, voices: readonly ConsentEntry[]): ConsentEntry {
  const isUndone = (denial: ConsentEntry): boolean =>
    voices.some(
      (grant) =>
        grant.value === 'granted' &&
        isLater(grant.ms, grant.id, denial) &&
        Math.max(linkedMs(profile, grant.by), linkedMs(profile, denial.by)) <= grant.ms,
    );
  const denials = voices.filter((one) => one.value === 'denied' && !isUndone(one));
  const deciding = denials.length > 0 ? denials : voices.filter((one) => one.value === 'granted');
  const latest = deciding.reduce((standing, one) => (isLater(one.ms, one.id, standing) ? one : standing));
  const others = voices.filter((one) => one !== latest).sort((a, b) => ((a.by ?? '') < (b.by ?? '') ? -1 : 1));
  return others.length === 0 ? latest : { ...latest, others };
}

/** Two entries of one channel and purpose as one. */
export function joinConsent(
  profile: Profile,
  left: ConsentEntry | undefined,
  right: ConsentEntry | undefined,
): ConsentEntry {
  const last = new Map<string | undefined, ConsentEntry>();
  for (const voice of [...voicesOf(left), ...voicesOf(right)]) {
    if (isLater(voice.ms, voice.id, last.get(voice.by))) last.set(voice.by, voice);
  }
  return weigh(profile, [...last.values()]);
}

/** Consent with one more word in it; the same object where that changes nothing. */
export function withConsent(profile: Profile, key: string, entry: ConsentEntry): Profile['consent'] {
  const standing = profile.consent[key];
  const joined = joinConsent(profile, standing, entry);
  if (standing && canonicalJson(joined) === canonicalJson(standing)) return profile.consent;
  return { ...profile.consent, [key]: joined };
}

/** Consent weighed anew, after identifiers turned out to be one person's, or to have been so earlier. */
export function reweighed(profile: Profile): Profile {
  let consent = profile.consent;
  for (const [key, entry] of Object.entries(profile.consent)) {
    if (entry.others) consent = withConsent({ ...profile, consent }, key, entry);
  }
  return consent === profile.consent ? profile : { ...profile, consent };
}
