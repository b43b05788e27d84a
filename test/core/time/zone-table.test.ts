import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { nextTimeOfDay, window } from '../../../core/time/calendar.ts';
import { addDuration } from '../../../core/time/duration.ts';
import { isZone, offsetAtMs } from '../../../core/time/zone.ts';
import type { WeekDay } from '../../../core/journey/document.ts';

// Instants are minutes from the change, times of day minutes from midnight; see make.py.
type NextCase = [askMinutes: number, at: number, day: WeekDay | null, expected: number];
type WindowCase = [askMinutes: number, from: number, to: number, day: WeekDay | null, isInside: 0 | 1, edge: number];
type PlusCase = [askMinutes: number, days: number, expected: number];
type Row = [changeSeconds: number, before: number, after: number, NextCase[], WindowCase[], PlusCase[]];
interface Table {
  database: string;
  groups: { zones: string[]; rows: Row[] }[];
}

const file = new URL('../../fixtures/zones/zones.json.gz', import.meta.url);
const table = JSON.parse(gunzipSync(readFileSync(file)).toString()) as Table;
// Names of the database that ECMAScript does not know: they are no places.
const unknownToNode = ['Factory'];
const known = table.groups.flatMap(({ zones }) => zones).filter((zone) => isZone(zone));

const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
const days = (day: WeekDay | null) => (day === null ? {} : { days: day });

/** Runs `check` on every row of every zone and gives back the disagreements as sentences. */
function disagreements(check: (zone: string, row: Row) => string[]): string[] {
  return table.groups.flatMap(({ zones, rows }) =>
    zones.filter((zone) => isZone(zone)).flatMap((zone) => rows.flatMap((row) => check(zone, row))),
  );
}

describe('every change of offset of every IANA zone, 2015 to 2035', () => {
  it('is asked of the release of the database that this Node carries, and of all its zones', () => {
    const names = table.groups.flatMap(({ zones }) => zones);
    const changes = table.groups.reduce((sum, { zones, rows }) => sum + zones.length * rows.length, 0);
    console.log(
      `zones: ${known.length} of ${names.length} known, ${table.groups.length} sets of rules, ${changes} changes; ` +
        `table ${table.database}, Node ${process.versions['tz']}`,
    );
    expect(names.filter((zone) => !isZone(zone))).toEqual(unknownToNode);
    expect(Intl.supportedValuesOf('timeZone').filter((zone) => !names.includes(zone))).toEqual([]);
  });

  it('has the right offset just before and at the change', () => {
    const wrong = disagreements((zone, [seconds, before, after]) =>
      offsetAtMs(zone, seconds * 1000 - 1) === before * 1000 && offsetAtMs(zone, seconds * 1000) === after * 1000
        ? []
        : [`${zone} at ${new Date(seconds * 1000).toISOString()}`],
    );
    expect(wrong).toEqual([]);
  });

  it('gives the right next time of day', () => {
    const wrong = disagreements((zone, [seconds, , , cases]) =>
      cases.flatMap(([ask, at, day, expected]) => {
        const got = nextTimeOfDay((seconds + ask * 60) * 1000, { at: clock(at), ...days(day) }, zone);
        const right = (seconds + expected * 60) * 1000;
        return got === right ? [] : [`${zone} ${clock(at)} ${day ?? ''}: ${iso(got)} should be ${iso(right)}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('gives the right end or start of a window', () => {
    const wrong = disagreements((zone, [seconds, , , , cases]) =>
      cases.flatMap(([ask, from, to, day, isInside, edge]) => {
        const asked = { from: clock(from), to: clock(to), ...days(day) };
        const got = window((seconds + ask * 60) * 1000, asked, zone);
        const gotMs = got.isInside ? got.endsMs : got.startsMs;
        const right = (seconds + edge * 60) * 1000;
        return got.isInside === Boolean(isInside) && gotMs === right
          ? []
          : [`${zone} ${clock(from)}-${clock(to)} ${day ?? ''}: ${iso(gotMs)} should be ${iso(right)}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps the wall time over days', () => {
    const wrong = disagreements((zone, [seconds, , , , , cases]) =>
      cases.flatMap(([ask, count, expected]) => {
        const text = count < 0 ? `-P${-count}D` : `P${count}D`;
        const got = addDuration((seconds + ask * 60) * 1000, text, zone);
        const right = (seconds + expected * 60) * 1000;
        return got === right ? [] : [`${zone} ${text}: ${iso(got)} should be ${iso(right)}`];
      }),
    );
    expect(wrong).toEqual([]);
  });
});

const iso = (ms: number): string => new Date(ms).toISOString();
