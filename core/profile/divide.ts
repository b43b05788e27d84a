import { voicesOf, withConsent } from './consent.ts';
import { identityKey } from './identity-key.ts';
import { mostApart } from './merge.ts';
import { isLater, ownValue, type ConsentEntry, type Identifier, type Profile, type Stamped } from './profile.ts';
import type { Apart, Link } from './take-apart.ts';

/**
 * Gives each of two what the person has now that no event says: enrollments go to whom they were begun under, caps and
 * denials to both, and the rest stays.
 * @param isTheirs whether an enrollment was begun under the one who is taken out
 */
export function divide(
  now: Profile,
  { part, rest }: Apart,
  links: readonly Link[],
  isTheirs: (enrollmentId: string) => boolean,
): Pick<Apart, 'part' | 'rest'> {
  const gained = gainedDraws(now, [part, rest]);
  const others: Partial<Profile> = {
    traits: leftOver(now.traits, part.traits, rest.traits),
    ...(now.overrides && { overrides: leftOver(now.overrides, part.overrides ?? {}, rest.overrides ?? {}) }),
    ...(now.dueMs !== undefined && { dueMs: now.dueMs }),
  };
  const [theirs, ours] = [inThe(now, isTheirs), inThe(now, (id) => !isTheirs(id))];
  const theirNames = new Set(part.identifiers.map(nameOf));
  const added = now.identifiers.filter(
    (one) => !theirNames.has(nameOf(one)) && !rest.identifiers.some((standing) => nameOf(standing) === nameOf(one)),
  );
  const both = { slots: now.slots, ...(now.handed && { handed: now.handed }) };
  const one: Profile = {
    ...part,
    ...both,
    ...theirs,
    assignments: { ...gained, ...part.assignments },
    identifiers: asNow(part.identifiers, now),
    apart: noted(part.apart, rest.profileId),
  };
  const other: Profile = {
    ...rest,
    ...others,
    ...both,
    ...ours,
    assignments: { ...gained, ...rest.assignments },
    identifiers: [...asNow(rest.identifiers, now), ...added],
    apart: noted(
      [...(rest.apart ?? []), ...(now.apart ?? []).filter((id) => !part.apart?.includes(id))],
      part.profileId,
    ),
    segments: standing(now.segments, rest.segments),
    audiences: standing(now.audiences, rest.audiences),
  };
  const said = voicesSince(now, links);
  return {
    part: said.reduce(
      (profile, [key, voice]) => (voice.value === 'denied' ? heard(profile, key, voice) : profile),
      one,
    ),
    rest: said.reduce((profile, [key, voice]) => {
      const isPart = voicesOf(ownValue(part.consent, key)).some((known) => known.id === voice.id);
      return voice.value === 'denied' || !isPart ? heard(profile, key, voice) : profile;
    }, other),
  };
}

const nameOf = ({ kind, value }: Pick<Identifier, 'kind' | 'value'>): string => identityKey(kind, value);

/** Identifiers as they were, less those that were taken away since; what is known of others who use them is of now. */
function asNow(identifiers: readonly Identifier[], now: Profile): readonly Identifier[] {
  return identifiers.flatMap((one) => {
    const found = now.identifiers.find((standing) => nameOf(standing) === nameOf(one));
    if (!found) return [];
    const { others: _, ...own } = one;
    return [
      {
        ...own,
        ...(found.others && { others: found.others }),
        ...(found.afterMs !== undefined && { afterMs: found.afterMs }),
      },
    ];
  });
}

/** Values with those of now that neither side has from an event: they stay. */
function leftOver<T>(
  now: { readonly [name: string]: Stamped<T> },
  part: { readonly [name: string]: Stamped<T> },
  rest: { readonly [name: string]: Stamped<T> },
): { readonly [name: string]: Stamped<T> } {
  const all = { ...rest };
  for (const [name, value] of Object.entries(now)) {
    if (value.id !== ownValue(part, name)?.id && isLater(value.ms, value.id, ownValue(all, name))) all[name] = value;
  }
  return all;
}

/** Draws that were made of the two together: both keep them, so that nobody is drawn twice. */
const gainedDraws = ({ assignments }: Profile, sides: readonly Profile[]): Profile['assignments'] =>
  Object.fromEntries(
    Object.entries(assignments).filter(([name]) =>
      sides.every((side) => ownValue(side.assignments, name) === undefined),
    ),
  );

/** Enrollments, and messages that wait in them: the id of a delivery begins with its enrollment's. */
function inThe(
  { enrollments, wants = [] }: Profile,
  isIn: (id: string) => boolean,
): Pick<Profile, 'enrollments' | 'wants'> {
  const own = enrollments.filter(({ enrollmentId }) => isIn(enrollmentId));
  const waiting = wants.filter(({ deliveryId }) =>
    own.some(({ enrollmentId }) => deliveryId.startsWith(`${enrollmentId}-`)),
  );
  return { enrollments: own, ...(waiting.length > 0 && { wants: waiting }) };
}

const noted = (apart: readonly string[] = [], profileId: string): readonly string[] =>
  [...new Set([...apart, profileId])].slice(-mostApart);

/** Memberships of now, each since it began for this one, where that is known. */
const standing = (now: Profile['segments'], own: Profile['segments']): Profile['segments'] =>
  Object.fromEntries(Object.entries(now).map(([id, ms]) => [id, own[id] ?? ms]));

/** What was said of consent since the merges, by whomever. */
function voicesSince(now: Profile, links: readonly Link[]): readonly (readonly [key: string, voice: ConsentEntry])[] {
  const before = links.flatMap(({ row, later }) => [
    row.undo.winner,
    row.undo.loser,
    ...later.map(({ undo }) => undo.loser),
  ]);
  return Object.entries(now.consent).flatMap(([key, entry]) =>
    voicesOf(entry)
      .filter(
        (voice) => !before.some((one) => voicesOf(ownValue(one.consent, key)).some((known) => isSame(known, voice))),
      )
      .map((voice) => [key, voice] as const),
  );
}
const isSame = (left: ConsentEntry, right: ConsentEntry): boolean => left.id === right.id && left.ms === right.ms;

/** One more word; of a speaker who is not this person it stands for the person as a whole. */
function heard(profile: Profile, key: string, { by, ...voice }: ConsentEntry): Profile {
  const isOwn = by !== undefined && profile.identifiers.some((one) => nameOf(one) === by);
  return { ...profile, consent: withConsent(profile, key, { ...voice, ...(isOwn && { by }) }) };
}
