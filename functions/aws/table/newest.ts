import { CursorInvalid, cursorOf, openCursor, type Page, type PageQuery } from '../../parts/http/directory.ts';
import { sortable } from './keys.ts';
import type { Item } from './profile-rows.ts';
import type { Table } from './table.ts';

/** Where a list stands: its partitions, in an index or in the table itself. */
export interface ListPlace {
  readonly partitions: readonly string[];
  readonly index?: { readonly name: string; readonly pk: string; readonly sk: string };
  /** A condition that rows must meet, with its values. */
  readonly filter?: {
    readonly expression: string;
    readonly names?: { readonly [name: string]: string };
    readonly values: Item;
  };
}
/** A row of a list, and what it is sorted by: an instant and an id. */
export interface ListedRow {
  readonly item: Item;
  readonly sortKey: string;
}

/** One page of a list that is spread over partitions, newest first. */
export async function newestRows(
  table: Table,
  place: ListPlace,
  { limit, cursor }: PageQuery,
): Promise<Page<ListedRow>> {
  const before = cursor === undefined ? undefined : openSortKey(cursor);
  const found = await Promise.all(
    place.partitions.map((partition) => newestOf(table, partition, place, limit + 1, before)),
  );
  const rows = found.flat().sort((a, b) => (a.sortKey < b.sortKey ? 1 : -1));
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, ...(rows.length > limit && last && { next: cursorAt(last.sortKey) }) };
}

/** A cursor behind a sort key, which begins with its instant. */
export const cursorAt = (sortKey: string): string => cursorOf(Number(sortKey.slice(0, 13)), sortKey);
/** @throws CursorInvalid also for a cursor of another home: its ids are no sort keys */
export function openSortKey(cursor: string): string {
  const [atMs, sortKey] = openCursor(cursor);
  if (!sortKey.startsWith(`${sortable(atMs)}#`)) throw new CursorInvalid('The cursor was not made here.');
  return sortKey;
}

async function newestOf(
  table: Table,
  partition: string,
  { index, filter }: ListPlace,
  most: number,
  before: string | undefined,
): Promise<readonly ListedRow[]> {
  const { pk, sk } = index ?? { pk: 'pk', sk: 'sk' };
  const rows = await table.query(
    {
      ...(index && { IndexName: index.name }),
      ScanIndexForward: false,
      KeyConditionExpression: before === undefined ? '#pk = :pk' : '#pk = :pk AND #sk < :before',
      ExpressionAttributeNames: { '#pk': pk, ...(before !== undefined && { '#sk': sk }), ...filter?.names },
      ExpressionAttributeValues: {
        ':pk': { S: partition },
        ...(before !== undefined && { ':before': { S: before } }),
        ...filter?.values,
      },
      ...(filter && { FilterExpression: filter.expression }),
    },
    most,
  );
  return rows.map((item) => ({ item, sortKey: item[sk]!.S! }));
}
