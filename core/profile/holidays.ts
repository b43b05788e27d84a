import type { HolidayCalendar } from '../journey/document.ts';
import { countryOf } from './country.ts';
import { ownValue, type Profile } from './profile.ts';

/** Country, in small letters → its holidays. */
export type Calendars = ReadonlyMap<string, HolidayCalendar>;

/** When a holiday is in a person's country, as its calendar says; nothing for a country or a holiday that none knows. */
export function holidayDates(profile: Profile, calendars: Calendars, holiday: string): readonly string[] {
  const country = countryOf(profile);
  const holidays = country === undefined ? undefined : calendars.get(country)?.holidays;
  const said = holidays && ownValue(holidays, holiday);
  return said === undefined ? [] : typeof said === 'string' ? [said] : said;
}
