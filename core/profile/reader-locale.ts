import { ownValue, type Profile } from './profile.ts';

/** Traits in which people, or the shop for them, keep the language that they want to read. */
const chosenBy = ['language', 'locale'] as const;
/** The form of a BCP 47 tag; a trait that says "Russian" is none. */
const tag = /^[a-z]{2,3}(?:[-_][a-z0-9]{2,8})*$/i;

/**
 * The language in which a person is written to, if any is known: what they chose stands above what their device speaks,
 * for a borrowed browser is no wish.
 */
export function readerLocale({ traits, locale }: Pick<Profile, 'traits' | 'locale'>): string | undefined {
  for (const name of chosenBy) {
    const chosen = ownValue(traits, name)?.value;
    if (typeof chosen === 'string' && tag.test(chosen)) return chosen;
  }
  return locale?.value;
}
