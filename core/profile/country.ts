import { valuesAt } from '../event/event.ts';
import { ownValue, type Profile } from './profile.ts';

/** The country that a person's traits tell (`address.country`, else `country`), as they write it, in small letters. */
export function countryOf({ traits }: Profile): string | undefined {
  const found = [
    ...valuesAt(ownValue(traits, 'address')?.value, ['country']),
    ...valuesAt(ownValue(traits, 'country')?.value, []),
  ].find((value) => typeof value === 'string');
  return found?.trim().toLowerCase();
}
