import { CsvError, parse } from 'csv-parse/sync';
import type { Finding } from '../problem.ts';
import { inspect } from '../shape.ts';
import { id as idSchema } from '../values.ts';
import type { ReferenceTable } from './document.ts';

/** Codes of what is wrong with a table. */
export const tableCodes = [
  'bad-column',
  'duplicate-column',
  'duplicate-row-key',
  'empty-table',
  'invalid-csv',
  'large-table',
  'row-length',
  'row-without-key',
] as const;
type TableCode = (typeof tableCodes)[number];

/** A table stands in memory wherever journeys run. */
const most = { rows: 10_000, bytes: 1_000_000 };

/** A line of cells, and the line of the file on which it ends. */
interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}
const at = (line: number, code: TableCode, message: string): Finding => ({
  code,
  severity: 'error',
  path: [line],
  message,
});

/** Reads a table: CSV with a line of column names, of which the first is the key. */
export function parseTable(
  id: string,
  text: string,
): { readonly table: ReferenceTable | undefined; readonly findings: readonly Finding[] } {
  const read = rowsOf(text);
  if ('severity' in read) return { table: undefined, findings: [read] };
  const [head, ...rows] = read;
  const findings = [
    ...inspect(idSchema, id, [], 'the name of the file').findings,
    ...(head ? [...sizeFindings(text, rows), ...columnFindings(head), ...rowFindings(head, rows)] : [noColumns]),
  ];
  const table = { id, columns: head?.cells ?? [], rows: rows.map(({ cells }) => cells) };
  return { table: findings.length === 0 ? table : undefined, findings };
}

const noColumns = at(
  1,
  'empty-table',
  'The table is empty. Its first line names the columns, the first of them the key.',
);

function rowsOf(text: string): readonly Row[] | Finding {
  const rows: Row[] = [];
  try {
    parse(text, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: (cells: string[], { lines }) => {
        rows.push({ cells, line: lines });
        return null;
      },
    });
    return rows;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // A quote that is never closed is noticed at the end of the file: the first row that was not read is where to look.
    const line = (rows.at(-1)?.line ?? 0) + 1;
    return at(line, 'invalid-csv', `From here on this is not CSV: ${csvSentence(error.code)}`);
  }
}

const csvSentence = (code: string): string =>
  code === 'CSV_QUOTE_NOT_CLOSED'
    ? 'a double quote is opened and never closed.'
    : 'a double quote inside a cell is written twice, and the cell stands in double quotes.';

function sizeFindings(text: string, rows: readonly Row[]): readonly Finding[] {
  const bytes = new TextEncoder().encode(text).length;
  const over = rows[most.rows];
  if (over) return [at(over.line, 'large-table', `The table has ${rows.length} rows; it may have ${most.rows}.`)];
  return bytes > most.bytes ? [at(1, 'large-table', `The table has ${bytes} bytes; it may have ${most.bytes}.`)] : [];
}

const columnFindings = ({ cells, line }: Row): readonly Finding[] =>
  cells.flatMap((name, index) => {
    if (name.trim() === '' || name.includes('.')) {
      const message = `Column ${index + 1} is named "${name}". A column has a name, without dots, as steps read it by path.`;
      return [at(line, 'bad-column', message)];
    }
    return cells.indexOf(name) < index ? [at(line, 'duplicate-column', `Two columns are named "${name}".`)] : [];
  });

function rowFindings(head: Row, rows: readonly Row[]): readonly Finding[] {
  const first = new Map<string, number>();
  return rows.flatMap(({ cells, line }) => {
    const [key = ''] = cells;
    const before = first.get(key);
    if (before === undefined) first.set(key, line);
    if (cells.length !== head.cells.length) {
      const message = `This row has ${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}, but the table has ${head.cells.length} columns.`;
      return [at(line, 'row-length', message)];
    }
    if (key.trim() === '') return [at(line, 'row-without-key', 'This row has no key: its first cell is empty.')];
    if (before === undefined) return [];
    return [at(line, 'duplicate-row-key', `The key "${key}" stands on line ${before} already.`)];
  });
}
