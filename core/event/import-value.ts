import type { Json } from '../json.ts';
import { passes, type Line } from './import-line.ts';
import { isColumn, isCount, isEach, isSum, isText, type ImportMap, type Value } from './import-schema.ts';

/** A sum that whole numbers can no longer hold exactly. */
export class UncountableSum extends Error {
  override readonly name = 'UncountableSum';
}

/**
 * What a written value is for a group of lines. Single columns are those of the first line.
 * @returns undefined where a column is empty; an object then goes without that field
 * @throws UncountableSum
 */
export function evaluate(value: Value, lines: readonly Line[], map: ImportMap): Json | undefined {
  if (typeof value !== 'object' || value === null) return value;
  if (isColumn(value)) return lines[0]?.cells[value.column];
  if (isText(value)) return fillText(value.text, lines[0]);
  if (isCount(value)) return linesOf(value.count, lines, map).length;
  if (isSum(value)) return sumOf([value.sum].flat(), value.decimals ?? 2, linesOf(value.of, lines, map), map);
  if (isEach(value)) {
    const { each } = value;
    return linesOf(value.of, lines, map).map((line) => evaluate(each, [line], map) ?? {});
  }
  const fields: Record<string, Json> = {};
  for (const [name, inner] of Object.entries(value)) {
    const found = evaluate(inner, lines, map);
    if (found !== undefined) fields[name] = found;
  }
  return fields;
}

/** The lines of a named set; all of them without a name. */
function linesOf(name: string | undefined, lines: readonly Line[], map: ImportMap): readonly Line[] {
  const tests = name === undefined ? undefined : map.lines[name];
  return tests ? lines.filter((line) => passes(line, tests)) : lines;
}

/** Puts the first line's columns in for `{column}`; an empty one leaves no text at all. */
function fillText(text: string, line: Line | undefined): string | undefined {
  let isWhole = true;
  const filled = text.replace(/\{([^{}]+)\}/g, (_match, name: string) => {
    const cell = line?.cells[name];
    if (cell === undefined) isWhole = false;
    return String(cell);
  });
  return isWhole ? filled : undefined;
}

/** Adds up the product of some columns over lines, exactly, and rounds once at the end, halves away from zero. */
function sumOf(names: readonly string[], decimals: number, lines: readonly Line[], map: ImportMap): number {
  const scales = names.map((name) => decimalsOf(name, map));
  const scale = scales.reduce((total, each) => total + each, 0);
  let total = 0;
  for (const { cells } of lines) {
    let product = 1;
    names.forEach((name, index) => {
      const cell = cells[name];
      product *= typeof cell === 'number' ? Math.round(cell * 10 ** (scales[index] ?? 0)) : 0;
    });
    total += product;
    if (!Number.isSafeInteger(product) || !Number.isSafeInteger(total)) {
      throw new UncountableSum(`The sum of ${names.join(' × ')} is too large to be exact.`);
    }
  }
  return roundTo(total, scale, decimals);
}

function decimalsOf(name: string, map: ImportMap): number {
  const type = map.columns[name];
  return typeof type === 'object' && 'decimal' in type ? type.decimal : 0;
}

/** `total` counts units of 10^-scale; the answer has `decimals` decimals. */
function roundTo(total: number, scale: number, decimals: number): number {
  if (scale <= decimals) return total / 10 ** scale;
  const step = 10 ** (scale - decimals);
  const rest = total % step;
  const whole = (total - rest) / step + (Math.abs(rest) * 2 >= step ? Math.sign(total) : 0);
  return whole === 0 ? 0 : whole / 10 ** decimals;
}
