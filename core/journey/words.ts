import type { DurationText, Names } from '../segment/condition.ts';
import { parseDuration } from '../time/duration.ts';
import { weekDays, type WeekDay, type ZoneChoice } from './document.ts';

/** The words that step kinds make their sentences of. */
export interface Words {
  /** `PT90M` → `90 minutes`. */
  duration(text: DurationText): string;
  /** Joined as choices: `A, B or C`. */
  names(names: Names): string;
  /** ` on Monday or Friday`; empty for every day. */
  days(days: WeekDay | readonly WeekDay[] | undefined): string;
  /** ` (the workspace's time)`; empty for the person's own zone. */
  zone(zone: ZoneChoice | undefined): string;
  /** `-P3D` → `3 days before `; empty for none, and for `P0D`. */
  offset(offset: DurationText | undefined): string;
}

const plural = (amount: number, unit: string): string => `${amount} ${unit}${amount === 1 ? '' : 's'}`;
const dateUnits: Readonly<Record<string, string>> = { Y: 'year', M: 'month', W: 'week', D: 'day' };
const timeUnits: Readonly<Record<string, string>> = { H: 'hour', M: 'minute', S: 'second' };

function durationWords(text: DurationText): string {
  if (!parseDuration(text)) return text;
  const [dates = '', times = ''] = text.split('T');
  const said = (part: string, units: Readonly<Record<string, string>>): readonly string[] =>
    [...part.matchAll(/(\d+)([A-Z])/g)].map(([, digits, unit = '']) => plural(Number(digits), units[unit] ?? unit));
  return [...said(dates, dateUnits), ...said(times, timeUnits)].join(' ');
}

const isNothing = (offset: DurationText): boolean => !/[1-9]/.test(offset);

const choice = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`;

const dayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** Sentences in English. */
export const english: Words = {
  duration: durationWords,
  names: (names) => choice(typeof names === 'string' ? [names] : names),
  days: (days) => {
    if (days === undefined) return '';
    const chosen = typeof days === 'string' ? [days] : days;
    return ` on ${choice(chosen.map((day) => dayNames[weekDays.indexOf(day)] ?? day))}`;
  },
  zone: (zone) => {
    if (zone === undefined || zone === 'profile') return '';
    return zone === 'workspace' ? " (the workspace's time)" : ` (time in ${zone})`;
  },
  offset: (offset) =>
    offset === undefined || isNothing(offset)
      ? ''
      : `${durationWords(offset)} ${offset.startsWith('-') ? 'before' : 'after'} `,
};
