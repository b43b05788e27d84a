import { canonicalJson, type JsonObject } from '../core/json.ts';
import { historyIds, newestIdentifier, type Profile } from '../core/profile/profile.ts';
import type { TestHome } from './builders.ts';

/** The facts of everybody, as text that is equal where they are. */
export async function factsOf(home: TestHome): Promise<readonly string[]> {
  const all = home.profiles().filter((profile) => profile.mergedInto === undefined);
  const texts = await Promise.all(
    all.map(async (profile) => {
      const events = await home.store.history(historyIds(profile));
      return canonicalJson({ ...factsOfProfile(profile), events: events.map((event) => event.eventId).sort() });
    }),
  );
  return texts.sort();
}

function factsOfProfile(profile: Profile): JsonObject {
  const {
    traits: given,
    timeZone,
    locale,
    consent: said,
    convertedMs,
    touchpoints,
    groups,
    conditions,
    createdMs,
  } = profile;
  return {
    createdMs,
    identifiers: profile.identifiers.map((one) => canonicalJson(one)).sort(),
    email: newestIdentifier(profile, 'email')?.value ?? null,
    facts: canonicalJson({ given, timeZone, locale, said, convertedMs, touchpoints, groups, conditions }),
    segments: Object.keys(profile.segments).sort(),
    audiences: Object.keys(profile.audiences).sort(),
  };
}
