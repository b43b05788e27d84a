import { closest, didYouMean } from '../../suggest.ts';
import { allFiles, type Check } from './check.ts';

/** Every holiday that a condition or an entry names stands in a calendar. */
export const unknownHoliday: Check = {
  code: 'unknown-holiday',
  severity: 'error',
  check: (input) => {
    // A calendar that could not be read may hold the very one that is meant.
    if (input.calendars.some(({ draft }) => !draft.holidays) || input.calendars.length < input.ids.calendar.size)
      return [];
    const known = input.calendars.flatMap(({ draft }) => Object.keys(draft.holidays ?? {}));
    const inConditions = allFiles(input).flatMap(({ file, conditions }) =>
      conditions.flatMap(({ condition, path }) => {
        const day = 'dayOf' in condition ? condition.dayOf : undefined;
        return typeof day === 'object' ? [{ file, path: [...path, 'dayOf', 'holiday'], name: day.holiday }] : [];
      }),
    );
    const inEntries = input.journeys.flatMap(({ file, draft }) => {
      const on = draft.entry?.on;
      const date = on && 'date' in on ? on.date : undefined;
      return date && 'holiday' in date ? [{ file, path: ['entry', 'on', 'date', 'holiday'], name: date.holiday }] : [];
    });
    return [...inConditions, ...inEntries].flatMap(({ file, path, name }) => {
      if (name === undefined || known.includes(name)) return [];
      const where = known.length === 0 ? 'there is no calendar in calendars/' : 'no calendar in calendars/ has it';
      return [
        { file, path, message: `This names the holiday "${name}", but ${where}.`, ...didYouMean(closest(name, known)) },
      ];
    });
  },
};
