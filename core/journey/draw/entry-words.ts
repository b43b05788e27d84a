import type { Entry, EntryTrigger, EventMatch, Exit, Goal, Schedule } from '../document.ts';
import type { Words } from '../words.ts';
import { conditionWords, whereWords } from '../condition-words.ts';

const eventWords = (match: EventMatch, words: Words): string => {
  const key = match.key === undefined ? '' : ' of the same key';
  return `${words.names(match.event)}${whereWords(match.where, words)}${key}`;
};

function scheduleWords({ every, once, on, at, zone }: Schedule, words: Words): string {
  if (once !== undefined) return `once, at ${once.replace('T', ' ')}${words.zone(zone)}`;
  const often = every === undefined ? '' : `every ${words.duration(every)}`;
  return `${often}${words.days(on)}${at === undefined ? '' : ` at ${at}`}${words.zone(zone)}`;
}

function triggerWords(on: EntryTrigger, words: Words): string {
  if ('event' in on) return `on ${eventWords(on, words)}`;
  if ('schedule' in on) return `with everybody in segment "${on.segment}" ${scheduleWords(on.schedule, words)}`;
  if ('segment' in on) return `on ${on.edge === 'enter' ? 'entering' : 'leaving'} segment "${on.segment}"`;
  if ('api' in on) return 'on a call of the API';
  const source = 'trait' in on.date ? `the date in "${on.date.trait}"` : `holiday "${on.date.holiday}"`;
  const yearly = on.repeats === undefined ? '' : ', every year';
  return `${words.offset(on.offset) || 'on '}${source}${on.at === undefined ? '' : ` at ${on.at}`}${yearly}`;
}

function againWords({ again, key }: Entry, words: Words): string {
  const whom = key === undefined ? '' : `, for each ${key.split('.').at(-1)} by itself`;
  if (again === undefined || again === 'always') return `again and again${whom}`;
  return again === 'never' ? `once only${whom}` : `again after ${words.duration(again.after)}${whom}`;
}

/** Who comes in: `Enters on Signed Up if no Order Completed; once only.` */
export function entryWords(entry: Entry, words: Words): string {
  const when = entry.when === undefined ? '' : ` if ${conditionWords(entry.when, words)}`;
  const limit =
    entry.limit === undefined ? '' : `; at most ${entry.limit.atMost} people per ${words.duration(entry.limit.per)}`;
  return `Enters ${triggerWords(entry.on, words)}${when}; ${againWords(entry, words)}${limit}.`;
}

/** What ends it at once. */
export const exitWords = (exit: Exit, words: Words): string =>
  'on' in exit
    ? `Leaves at once on ${eventWords(exit.on, words)}.`
    : `Leaves at once when ${conditionWords(exit.when, words)}.`;

/** What counts as success. */
export const goalWords = (goal: Goal, words: Words): string =>
  `${eventWords(goal.on, words)} within ${words.duration(goal.within)}.`;

/** Who is left alone, for comparison. */
export const holdoutWords = (percent: number): string =>
  `${percent}% get nothing, so that the difference can be measured.`;
