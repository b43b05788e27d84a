import { dayMs, dayNumberOf, daysInMonth } from '../time/civil.ts';
import { parseInstant, toInstant } from '../time/instant.ts';
import { fromLocal } from '../time/zone.ts';
import type { Column, ImportMap, LineTest } from './import-schema.ts';

/** One line of a table as the file's reader hands it over: column name → text. */
export type ImportRecord = Readonly<Record<string, string | undefined>>;
/** A column's value; undefined where the column is empty. Times are instants in ISO 8601. */
export type Cell = string | number | undefined;
/** A line with its columns read. */
export interface Line {
  readonly lineNumber: number;
  readonly record: ImportRecord;
  readonly cells: Readonly<Record<string, Cell>>;
}
/** Why a line cannot be used. */
export interface LineFault {
  readonly code: 'column_missing' | 'number_invalid' | 'timestamp_invalid';
  readonly message: string;
}

/** Reads the columns that a map names; whitespace around a text does not count, an empty text is no value. */
export function createLineReader(map: ImportMap): (record: ImportRecord, lineNumber: number) => Line | LineFault {
  const readers = Object.entries(map.columns).map(([name, type]) => [name, createCellReader(type)] as const);
  return (record, lineNumber) => {
    const cells: Record<string, Cell> = {};
    for (const [name, read] of readers) {
      const raw = record[name];
      if (raw === undefined) return { code: 'column_missing', message: `Line ${lineNumber} has no column "${name}".` };
      const text = raw.trim();
      if (text === '') continue;
      const cell = read(text);
      if (typeof cell === 'object') {
        return { code: cell.code, message: `Line ${lineNumber}, column "${name}": "${text}" is not ${cell.expected}.` };
      }
      cells[name] = cell;
    }
    return { lineNumber, record, cells };
  };
}

interface CellFault {
  readonly code: 'number_invalid' | 'timestamp_invalid';
  readonly expected: string;
}
type CellReader = (text: string) => string | number | CellFault;

function createCellReader(type: Column): CellReader {
  if (type === 'text') return (text) => text;
  if (type === 'integer') return createNumberReader(0, 'a whole number');
  if (type === 'instant') {
    const fault: CellFault = { code: 'timestamp_invalid', expected: 'an instant such as 2011-01-31T09:30:00Z' };
    return (text) => {
      const ms = parseInstant(text);
      return ms === undefined ? fault : toInstant(ms);
    };
  }
  if ('decimal' in type) return createNumberReader(type.decimal, `a number with at most ${type.decimal} decimals`);
  return createTimeReader(type.time, type.zone);
}

function createNumberReader(decimals: number, expected: string): CellReader {
  const shape =
    decimals === 0 ? /^[+-]?\d+$/ : new RegExp(`^[+-]?(\\d+(\\.\\d{0,${decimals}})?|\\.\\d{1,${decimals}})$`);
  const fault: CellFault = { code: 'number_invalid', expected };
  return (text) => {
    const value = Number(text);
    return shape.test(text) && Number.isSafeInteger(Math.round(value * 10 ** decimals)) ? value : fault;
  };
}

/** Reads local times of one format and zone; a file repeats a time many times in a row, so the last answer is kept. */
function createTimeReader(format: string, zone: string): CellReader {
  const parts = ['YYYY', 'MM', 'DD', 'HH', 'mm', 'ss'].filter((part) => format.includes(part));
  const order = parts.toSorted((a, b) => format.indexOf(a) - format.indexOf(b));
  const shape = new RegExp(`^${format.replace(/YYYY/, '(\\d{4})').replace(/MM|DD|HH|mm|ss/g, '(\\d{1,2})')}$`);
  const fault: CellFault = { code: 'timestamp_invalid', expected: `a time written as ${format}` };
  let lastText = '';
  let lastInstant: string | CellFault = fault;
  return (text) => {
    if (text === lastText) return lastInstant;
    const match = shape.exec(text);
    const part = (name: string, whenAbsent: number): number => {
      const index = order.indexOf(name);
      return index < 0 ? whenAbsent : Number(match?.[index + 1]);
    };
    lastText = text;
    lastInstant = match ? (toInstantIn(zone, part) ?? fault) : fault;
    return lastInstant;
  };
}

function toInstantIn(zone: string, part: (name: string, whenAbsent: number) => number): string | undefined {
  const [year, month, day] = [part('YYYY', 1970), part('MM', 1), part('DD', 1)];
  const [hour, minute, second] = [part('HH', 0), part('mm', 0), part('ss', 0)];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const msOfDay = ((hour * 60 + minute) * 60 + second) * 1_000;
  if (msOfDay >= dayMs) return undefined;
  return toInstant(fromLocal(zone, dayNumberOf(year, month, day), msOfDay));
}

/** Whether every test of a set holds for a line. */
export function passes(line: Line, tests: LineTest): boolean {
  for (const name in tests) {
    const test = tests[name];
    const cell = line.cells[name];
    if (typeof test !== 'object') {
      if (cell !== test) return false;
      continue;
    }
    if (test.exists !== undefined && test.exists !== (cell !== undefined)) return false;
    if (cell === undefined) {
      if (test.exists === false) continue;
      return false;
    }
    if (test.is !== undefined && cell !== test.is) return false;
    if (test.isNot !== undefined && cell === test.isNot) return false;
    if (test.in && !test.in.includes(cell)) return false;
    if (test.notIn?.includes(cell)) return false;
    if (test.startsWith !== undefined && !String(cell).startsWith(test.startsWith)) return false;
    if (test.contains !== undefined && !String(cell).includes(test.contains)) return false;
    if (test.above !== undefined && !(typeof cell === 'number' && cell > test.above)) return false;
    if (test.atLeast !== undefined && !(typeof cell === 'number' && cell >= test.atLeast)) return false;
    if (test.below !== undefined && !(typeof cell === 'number' && cell < test.below)) return false;
    if (test.atMost !== undefined && !(typeof cell === 'number' && cell <= test.atMost)) return false;
  }
  return true;
}
