import type { Finding, Path } from '../problem.ts';
import { isZone } from '../time/zone.ts';
import {
  isColumn,
  isCount,
  isEach,
  isSum,
  isText,
  timeFormats,
  type ImportMap,
  type LineTest,
  type MessageTemplate,
  type Value,
} from './import-schema.ts';

/** A finding about an import map. */
export const error = (code: string, path: Path, message: string, at: 'key' | 'value' = 'value'): Finding => ({
  code,
  severity: 'error',
  path,
  at,
  message,
});

/** The `{column}` placeholders of a text. */
const placeholdersOf = (text: string): readonly string[] =>
  [...text.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1] ?? '');

/** Names that lead nowhere: columns, sets of lines, zones, formats. */
export function checkReferences(map: ImportMap): Finding[] {
  const findings: Finding[] = [];
  const column = (name: string, path: Path): void => {
    if (Object.hasOwn(map.columns, name)) return;
    findings.push(error('unknown-column', path, `There is no column "${name}" in "columns".`));
  };
  const lineSet = (name: string | undefined, path: Path): void => {
    if (name === undefined || Object.hasOwn(map.lines, name)) return;
    findings.push(error('unknown-lines', path, `There is no set of lines named "${name}" in "lines".`));
  };
  const number = (name: string, path: Path): void => {
    column(name, path);
    const type = map.columns[name];
    if (type === undefined || type === 'integer' || (typeof type === 'object' && 'decimal' in type)) return;
    findings.push(
      error('not-a-number', path, `Only "integer" and "decimal" columns can be added up; "${name}" is neither.`),
    );
  };
  const test = (tests: LineTest | undefined, path: Path): void =>
    Object.keys(tests ?? {}).forEach((name) => column(name, [...path, name]));
  const value = (written: Value | undefined, path: Path): void => {
    if (written === undefined || typeof written !== 'object' || written === null) return;
    if (isColumn(written)) return column(written.column, [...path, 'column']);
    if (isText(written)) return placeholdersOf(written.text).forEach((name) => column(name, [...path, 'text']));
    if (isCount(written)) return lineSet(written.count, [...path, 'count']);
    if (isSum(written)) {
      [written.sum].flat().forEach((name) => number(name, [...path, 'sum']));
      return lineSet(written.of, [...path, 'of']);
    }
    if (isEach(written)) {
      lineSet(written.of, [...path, 'of']);
      return value(written.each, [...path, 'each']);
    }
    for (const [field, inner] of Object.entries(written)) value(inner, [...path, field]);
  };
  const message = ({ when, whenSome, type: _type, ...fields }: MessageTemplate, path: Path): void => {
    test(when, [...path, 'when']);
    lineSet(whenSome, [...path, 'whenSome']);
    for (const [field, written] of Object.entries(fields)) value(written, [...path, field]);
  };

  for (const [name, type] of Object.entries(map.columns)) {
    if (typeof type !== 'object' || !('time' in type)) continue;
    if (!isZone(type.zone))
      findings.push(
        error('unknown-zone', ['columns', name, 'zone'], `"${type.zone}" is not a time zone such as "Europe/London".`),
      );
    if (!timeFormats.some((format) => format === type.time))
      findings.push(
        error(
          'unknown-format',
          ['columns', name, 'time'],
          `A local time is written as one of ${timeFormats.join(', ')}.`,
        ),
      );
  }
  if (map.groupBy !== undefined) column(map.groupBy, ['groupBy']);
  map.same.forEach((name, index) => column(name, ['same', index]));
  for (const [name, tests] of Object.entries(map.lines)) test(tests, ['lines', name]);
  map.messages.forEach((entry, index) => {
    const choices =
      'oneOf' in entry ? entry.oneOf.map((each, at) => [each, ['oneOf', at]] as const) : [[entry, []] as const];
    for (const [template, inner] of choices) message(template, ['messages', index, ...inner]);
  });
  return findings;
}
