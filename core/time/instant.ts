import { dayMs, dayNumberOf, daysInMonth } from './civil.ts';

const shape =
  /^(\d{4})-(\d\d)-(\d\d)[Tt]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,9}))?)?(?:[Zz]|([+-])([01]\d|2[0-3])(?::?([0-5]\d))?)$/;

/**
 * Milliseconds since 1970 of an ISO 8601 date and time with `Z` or an offset; finer fractions are cut off.
 * @returns undefined for other text, for an impossible date such as 2025-02-30, and for a time without a zone
 */
export function parseInstant(text: string): number | undefined {
  const match = shape.exec(text);
  if (!match) return undefined;
  const year = Number(match[1]);
  const month = Number(match[2]);
  const day = Number(match[3]);
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  const seconds = (Number(match[4]) * 60 + Number(match[5])) * 60 + Number(match[6] ?? 0);
  const fractionMs = match[7] === undefined ? 0 : Number(match[7].padEnd(3, '0').slice(0, 3));
  const offsetMinutes = Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0);
  const offsetMs = (match[8] === '-' ? -offsetMinutes : offsetMinutes) * 60_000;
  return dayNumberOf(year, month, day) * dayMs + seconds * 1_000 + fractionMs - offsetMs;
}

/**
 * An instant as ISO 8601 in UTC with milliseconds, such as `2026-11-21T09:30:00.000Z`.
 * @throws RangeError for a number that is no instant
 */
export const toInstant = (ms: number): string => new Date(ms).toISOString();
