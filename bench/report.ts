import { mkdirSync, writeFileSync } from 'node:fs';

/** One measured figure, beside what it is aimed at and compared with. */
export interface Figure {
  readonly work: string;
  readonly value: number;
  readonly unit: string;
  /** What the issue aims at, as text: `≥ 4,000`. */
  readonly aim?: string;
  /** Of a reference measured in the same run. */
  readonly ratio?: { readonly to: string; readonly value: number };
  readonly note?: string;
}

/** A benchmark: its name on the command line, and what it measures. */
export interface Bench {
  readonly name: string;
  run(): Promise<readonly Figure[]>;
}

const number = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 });

/** Prints a table and writes the figures as JSON beside it. */
export function report(name: string, figures: readonly Figure[]): void {
  const rows = figures.map(({ work, value, unit, aim, ratio, note }) => [
    work,
    `${number(value)} ${unit}`,
    aim ?? '',
    ratio ? `${number(ratio.value)} × ${ratio.to}` : '',
    note ?? '',
  ]);
  const table = [['work', 'seen', 'aim', 'ratio', ''], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  process.stdout.write(
    `\n${name}\n${table
      .map((row) =>
        row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd(),
      )
      .join('\n')}\n`,
  );
  mkdirSync('bench/results', { recursive: true });
  writeFileSync(`bench/results/${name}.json`, `${JSON.stringify({ name, figures }, null, 2)}\n`);
}

/** The value below which a share of the sorted values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
