import type { Path } from '../../problem.ts';
import { closest, didYouMean } from '../../suggest.ts';
import type { Check, JourneyFile } from './check.ts';

/** A value that a journey reads, and where. */
export interface ValueRead {
  readonly path: Path;
  readonly value: string;
}

/** Every value of `event.`, `journey.` or `profile.` that a journey reads, templates apart. */
export const valuesRead = ({ conditions, steps }: JourneyFile): readonly ValueRead[] => [
  ...conditions.flatMap(({ condition, path }) =>
    'value' in condition && condition.value !== undefined ? [{ path: [...path, 'value'], value: condition.value }] : [],
  ),
  ...steps.flatMap(({ kind, step, path }) =>
    (kind.reads?.(step) ?? []).map((read) => ({ path: [...path, ...read.path], value: read.value })),
  ),
];

/** What is read of a row that was looked up is a column of its table. */
export const unknownColumn: Check = {
  code: 'unknown-column',
  severity: 'error',
  check: ({ journeys, tables }) =>
    journeys.flatMap((journey) => {
      const saved = journey.steps.flatMap(({ kind, step }) => kind.saves?.(step) ?? []);
      return valuesRead(journey).flatMap(({ path, value }) => {
        const [root, name, column] = value.split('.');
        const sources = saved.filter((one) => one.name === name);
        const table = tables.find(({ id }) => id === sources[0]?.table);
        if (root !== 'journey' || column === undefined || sources.length !== 1 || !table) return [];
        if (table.columns.includes(column)) return [];
        const message = `This reads the column "${column}" of the table "${table.id}", which has no such column.`;
        return [{ file: journey.file, path, message, ...didYouMean(closest(column, table.columns)) }];
      });
    }),
};
