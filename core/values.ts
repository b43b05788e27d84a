import { RE2JS } from 're2js';
import type { z } from 'zod';
import { stages, weekDays } from './journey/document.ts';
import { isObject } from './json.ts';
import { either, keys, leaf, list, oneOrMany, ruled, type JsonSchema, type ShapeCode } from './shape.ts';
import { parseTimeOfDay } from './time/civil.ts';
import { isDuration, parseDuration, type Duration } from './time/duration.ts';
import { parseInstant } from './time/instant.ts';
import { isOfWholeDays } from './time/repeated-days.ts';
import { isZone } from './time/zone.ts';

/** A text that must pass a test; anything but a text is a `wrong-type`. */
function textLeaf(code: ShapeCode, must: string, isRight: (text: string) => boolean, json: JsonSchema = {}): z.ZodType {
  return leaf(
    (value) => {
      if (typeof value !== 'string') return { code: 'wrong-type', must };
      return isRight(value) ? undefined : { code, must };
    },
    { type: 'string', ...json },
  );
}

/** A number that must pass a test; anything but a number is a `wrong-type`. */
function numberLeaf(code: ShapeCode, must: string, isRight: (number: number) => boolean, json: JsonSchema): z.ZodType {
  return leaf((value) => {
    if (typeof value !== 'number') return { code: 'wrong-type', must };
    return isRight(value) ? undefined : { code, must };
  }, json);
}

/** Any JSON value. */
export const anything = leaf(
  (value) => (value === undefined ? { code: 'wrong-type', must: 'a value' } : undefined),
  {},
);
/** A text with something in it; `must` says what, as in "a template". */
export const text = (must = 'a text'): z.ZodType =>
  textLeaf('wrong-type', must, (value) => value.trim() !== '', { minLength: 1 });
/** `true` or `false`. */
export const yesOrNo = leaf(
  (value) => (typeof value === 'boolean' ? undefined : { code: 'wrong-type', must: 'true or false' }),
  { type: 'boolean' },
);
/** Nothing but `true`. */
export const yes = leaf((value) => (value === true ? undefined : { code: 'wrong-type', must: 'true' }), {
  const: true,
});
/** Any JSON object; `must` says what, as in "traits with their values". */
export const object = (must: string): z.ZodType =>
  leaf((value) => (isObject(value) ? undefined : { code: 'wrong-type', must }), { type: 'object' });

const quotedList = (words: readonly string[]): string =>
  words.length === 1
    ? `"${words[0]}"`
    : `${words
        .slice(0, -1)
        .map((word) => `"${word}"`)
        .join(', ')} or "${words.at(-1)}"`;

/** One of a few words. */
export function word(words: readonly string[], code: ShapeCode = 'unknown-value'): z.ZodType {
  const must = quotedList(words);
  return leaf(
    (value) => {
      if (typeof value !== 'string') return { code: 'wrong-type', must };
      return words.includes(value) ? undefined : { code, must, near: words };
    },
    { enum: words },
  );
}
/** A life stage. */
export const stage = word(stages, 'unknown-stage');

/** A name that we key things by. */
export const id = textLeaf(
  'bad-id',
  'a name of letters, digits and hyphens, 64 at most, that starts with a letter or digit',
  (value) => /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/.test(value),
  { pattern: '^[A-Za-z0-9][A-Za-z0-9-]{0,63}$' },
);

/** A kind of identifier beside the user id, as events name it. */
export const identifierKind = textLeaf(
  'bad-id',
  'a kind of identifier beside userId and profileId: letters, digits, dots, underscores and hyphens, 40 at most',
  (value) => /^[\w.-]{1,40}$/.test(value) && value !== 'userId' && value !== 'profileId',
  { pattern: '^(?!(userId|profileId)$)[\\w.-]{1,40}$' },
);
/** A value, or its beginning or end with `*` for the rest. */
export const blockedValue = textLeaf(
  'bad-pattern',
  'a value, or its beginning or end with * for the rest, such as "noreply@*"',
  (value) => /^(\*[^*]+|[^*]+\*?)$/.test(value.trim()),
  { pattern: '^\\s*(\\*[^*]+|[^*]+\\*?)\\s*$' },
);

/** A name under which a journey keeps a value, readable as `journey.<name>`. */
export const savedName = textLeaf(
  'bad-id',
  'a name of letters, digits and underscores that starts with a letter',
  (value) => /^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(value),
  { pattern: '^[A-Za-z][A-Za-z0-9_]{0,63}$' },
);

const sizeOf = ({ months, days, timeMs }: Duration): number => months + days + timeMs;
const durationJson = (sign: string): JsonSchema => ({
  pattern: `^${sign}P(?=.)(\\d+Y)?(\\d+M)?(\\d+W)?(\\d+D)?(T(?=.)(\\d+H)?(\\d+M)?(\\d+S)?)?$`,
});
const durationWhere = (must: string, isRight: (size: number) => boolean, sign: string): z.ZodType =>
  leaf(
    (value) => {
      if (typeof value !== 'string') return { code: 'wrong-type', must };
      const duration = parseDuration(value);
      if (duration && isRight(sizeOf(duration))) return undefined;
      // Written well, it is only too long: another example of how to write one would not help.
      const isLong = !duration && isDuration(value) && isRight(value.startsWith('-') ? -1 : 1);
      return { code: 'bad-duration', must: isLong ? 'a duration of at most a thousand years' : must };
    },
    { type: 'string', ...durationJson(sign) },
  );
/** A code that people type: no spaces, commas or quotes, which nobody could tell from what stands around it. */
export const couponCode = textLeaf(
  'bad-code',
  'a code of at most 64 characters without spaces, commas, semicolons or quotes',
  (value) => codePattern.test(value),
  { pattern: '^[^\\s,;"\']{1,64}$' },
);
/** What a coupon code looks like. */
export const codePattern = /^[^\s,;"']{1,64}$/;
/** The name of a file of codes. */
export const codesFileName = textLeaf(
  'bad-path',
  'a list of codes, or the name of a .csv or .txt file in coupons/ with one code to a line',
  (value) => /^[^/\\]+\.(csv|txt)$/.test(value),
  { pattern: '^[^/\\\\]+\\.(csv|txt)$' },
);
/** The code of a country by ISO 3166, with any case. */
export const country = textLeaf(
  'bad-country',
  'the two letters of a country by ISO 3166, such as "LV"',
  (value) => /^[A-Za-z]{2}$/.test(value),
  { pattern: '^[A-Za-z]{2}$' },
);

/** A stretch of time, such as `PT24H`. */
export const duration = durationWhere(
  'a duration longer than nothing, such as "PT24H" (24 hours) or "P3D" (3 days)',
  (size) => size > 0,
  '',
);
/** A stretch of time of at most a hundred days. */
export const shortDuration = textLeaf(
  'bad-duration',
  'a duration longer than nothing and of at most 100 days, such as "P7D"',
  (value) => {
    const duration = parseDuration(value);
    return duration !== undefined && sizeOf(duration) > 0 && longestDays(duration) <= 100;
  },
  durationJson(''),
);
const longestDays = ({ months, days, timeMs }: Duration): number => months * 31 + days + timeMs / 86_400_000;
/** A stretch of time that may be nothing. */
export const durationOrNone = durationWhere(
  'a duration such as "PT24H" (24 hours) or "P3D" (3 days)',
  (size) => size >= 0,
  '',
);
/** How often something comes back: days, weeks or months. */
export const wholeDays = textLeaf(
  'bad-duration',
  'a number of days, weeks or months, such as "P1D", "P2W" or "P1M"',
  isOfWholeDays,
  { pattern: '^P(?=.)((\\d+Y)?(\\d+M)?|(\\d+W)?(\\d+D)?)$' },
);
/** A stretch of time, before or after something. */
export const offset = durationWhere(
  'a duration such as "P3D" (3 days after) or "-P3D" (3 days before)',
  () => true,
  '-?',
);

const timeMust = 'a time of day such as "09:30"';
/** A time of day, 00:00 to 23:59. */
export const timeOfDay = textLeaf(
  'bad-time',
  timeMust,
  (value) => value !== '24:00' && parseTimeOfDay(value) !== undefined,
  { pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' },
);
/** A time of day at which something ends, 00:00 to 24:00. */
export const endOfTime = textLeaf('bad-time', timeMust, (value) => parseTimeOfDay(value) !== undefined, {
  pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$',
});
const daysMust = 'a week day (MO, TU, WE, TH, FR, SA or SU) or a list of them';
/** One week day, or a list. */
export const days = oneOrMany(
  daysMust,
  leaf(
    (value) => {
      if (typeof value !== 'string') return { code: 'wrong-type', must: daysMust };
      return weekDays.some((day) => day === value) ? undefined : { code: 'bad-day', must: daysMust, near: weekDays };
    },
    { enum: weekDays },
  ),
);

const instantMust = 'an instant with its offset, such as "2026-12-09T18:00+01:00"';
const localTime = /^(\d{4}-\d{2}-\d{2})T((?:[01]\d|2[0-3]):[0-5]\d)$/;
/** Whether a text is a date of the calendar, such as `2026-11-21`. */
const isDate = (value: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(value) && parseInstant(`${value}T00:00:00Z`) !== undefined;
const holidayMust =
  'a day such as "--12-25" where it is the same every year, else a list of dates such as "2026-04-05"';
const yearlyDay = textLeaf(
  'bad-date',
  holidayMust,
  (value) => value.startsWith('--') && isDate(`2024-${value.slice(2)}`),
  {
    pattern: '^--\\d{2}-\\d{2}$',
  },
);
const datedDays = list(
  holidayMust,
  textLeaf('bad-date', 'a date such as "2026-04-05"', isDate, { pattern: '^\\d{4}-\\d{2}-\\d{2}$' }),
);
/** When a holiday is: a day of every year (29 February among them), or dates. */
export const holidayDays = either((value) => (Array.isArray(value) ? datedDays : yearlyDay), [yearlyDay, datedDays]);
/** A date with a time on the wall, such as `2026-12-01T10:00`. */
export const localDateTime = textLeaf('bad-date', 'a date and time such as "2026-12-01T10:00"', (value) =>
  isDate(localTime.exec(value)?.[1] ?? ''),
);

const relative = ruled(
  keys('{ "ago": … } or { "fromNow": … }', { ago: duration.optional(), fromNow: duration.optional() }),
  (value) => {
    const isOne = Object.keys(value).length === 1;
    return isOne ? undefined : { code: 'wrong-type', must: 'either { "ago": … } or { "fromNow": … }' };
  },
);
const momentText = textLeaf(
  'bad-instant',
  `${instantMust}, or a date such as "2026-11-21", { "ago": "P3D" } or { "fromNow": "P3D" }`,
  (value) => isDate(value) || parseInstant(value) !== undefined,
);
/** An instant, a date, or a moment relative to now. */
export const moment = either((value) => (isObject(value) ? relative : momentText), [momentText, relative]);

function zoneLeaf(must: string, words: readonly string[]): z.ZodType {
  return leaf(
    (value) => {
      if (typeof value !== 'string') return { code: 'wrong-type', must };
      if (words.includes(value) || isZone(value)) return undefined;
      return { code: 'bad-zone', must, near: [...words, ...Intl.supportedValuesOf('timeZone')] };
    },
    { type: 'string' },
  );
}
/** An IANA time zone. */
export const namedZone = zoneLeaf('a time zone such as "Europe/Riga"', []);
/** The person's zone, the workspace's, or a named one. */
export const zone = zoneLeaf('"profile", "workspace" or a time zone such as "Europe/Riga"', ['profile', 'workspace']);

/** 0 to 100. */
export const percent = numberLeaf('bad-percent', 'a number from 0 to 100', (value) => value >= 0 && value <= 100, {
  type: 'number',
  minimum: 0,
  maximum: 100,
});
/** Any number. */
export const number = numberLeaf('wrong-type', 'a number', Number.isFinite, { type: 'number' });
/** A whole number, not below the least. */
export const count = (least: number): z.ZodType =>
  numberLeaf(
    'bad-count',
    `a whole number, ${least} or more`,
    (value) => Number.isSafeInteger(value) && value >= least,
    {
      type: 'integer',
      minimum: least,
    },
  );

/** A whole number within bounds. */
export const countBetween = (least: number, most: number): z.ZodType =>
  numberLeaf(
    'bad-count',
    `a whole number from ${least} to ${most}`,
    (value) => Number.isSafeInteger(value) && value >= least && value <= most,
    { type: 'integer', minimum: least, maximum: most },
  );

const pathMust = 'a path such as "address.city": names with dots between them';
const isPath = (value: string): boolean => value.split('.').every((name) => name.trim() !== '');
/** Where a value is found: names with dots between them, such as `properties.cartId`. */
export const path = textLeaf('bad-path', pathMust, isPath);
/** Where a trait is found; one of a group by the group's type: `groups.company.plan`. */
export const traitPath = leaf(
  (value) => {
    if (typeof value !== 'string') return { code: 'wrong-type', must: pathMust };
    if (!isPath(value)) return { code: 'bad-path', must: pathMust };
    if (!value.startsWith('groups.') || /^groups\.[a-z][a-z0-9_-]{0,39}\.[\w$-]+(\.|$)/.test(value)) return undefined;
    const must =
      'a trait of a group such as "groups.company.plan": a type in small letters, then a name of letters, digits, "_", "$" and "-"';
    return { code: 'bad-path', must };
  },
  { type: 'string' },
);
/** A path into what a journey knows. */
export const valuePath = textLeaf(
  'bad-path',
  'a path that starts with "event.", "journey." or "profile.", such as "event.properties.total"',
  (value) => /^(event|journey|profile)(\.[^.\s][^.]*)+$/.test(value),
  { pattern: '^(event|journey|profile)\\.' },
);

/** A regular expression of RE2. */
export const pattern = textLeaf('bad-pattern', 'a regular expression (RE2 syntax, no look-around)', (value) => {
  try {
    RE2JS.compile(value);
    return true;
  } catch {
    return false;
  }
});
/** An e-mail address, alone or as `Name <name@example.com>`. */
export const emailAddress = textLeaf('bad-address', 'an e-mail address such as "Name <name@example.com>"', (value) =>
  /^([^<>]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/.test(value),
);
/** A BCP 47 language tag. */
export const locale = textLeaf('bad-locale', 'a language such as "en" or "pt-BR"', (value) => {
  try {
    return Intl.getCanonicalLocales(value).length === 1;
  } catch {
    return false;
  }
});
/** An ISO 4217 code. */
export const currency = textLeaf('bad-currency', 'a currency such as "EUR"', (value) => /^[A-Z]{3}$/.test(value), {
  pattern: '^[A-Z]{3}$',
});

/** One event name or several. */
export const names = oneOrMany('an event name or a list of them', text('an event name'));
/** A list of values. */
export const values = list('a list of values', anything);
