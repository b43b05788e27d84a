import type { ReferenceTable } from '../../../core/journey/document.ts';
import type { JsonObject } from '../../../core/json.ts';

/** Tables by their ids, and in each its rows by what stands in their first column: as templates name them. */
export type Tables = { readonly [table: string]: { readonly [key: string]: JsonObject } };

/** Of rows with the same key the first one counts. */
export const tablesOf = (tables: readonly ReferenceTable[]): Tables =>
  Object.fromEntries(
    tables.map(({ id, columns, rows }) => [
      id,
      Object.fromEntries(rows.toReversed().map((row) => [row[0] ?? '', rowOf(columns, row)])),
    ]),
  );

const rowOf = (columns: readonly string[], row: readonly string[]): JsonObject =>
  Object.fromEntries(columns.map((column, at) => [column, row[at] ?? '']));
