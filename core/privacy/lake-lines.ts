import { isObject } from '../json.ts';

/** What may be an id in a line, wherever it stands: a line without any of them need not be read. */
const mentioned = /[A-Za-z0-9_-]+/g;

/**
 * Lines of the lake without those about some people: rows of theirs, rows that lead to them, and what merges with them
 * have kept. A line that is no JSON goes too where it mentions one of them.
 * @param text lines of JSON, each a row of the table
 * @param ids of the people, merged ones too
 */
export function withoutPeople(
  text: string,
  ids: ReadonlySet<string>,
): { readonly text: string; readonly taken: number } {
  const lines = text.split('\n');
  const kept = lines.filter((line) => !mentions(line, ids) || !isAbout(line, ids));
  return { text: kept.join('\n'), taken: lines.length - kept.length };
}

const mentions = (line: string, ids: ReadonlySet<string>): boolean =>
  (line.match(mentioned) ?? []).some((word) => ids.has(word));

function isAbout(line: string, ids: ReadonlySet<string>): boolean {
  const row = readRow(line);
  if (!row) return true;
  const { pk, sk, pp, o } = row;
  const isTheirs = (id: unknown): boolean => typeof id === 'string' && ids.has(id);
  const partOf = (key: unknown, prefix: string): boolean =>
    typeof key === 'string' && key.startsWith(prefix) && ids.has(key.slice(prefix.length));
  return partOf(pk, 'p#') || partOf(sk, 'x#') || isTheirs(pp) || isTheirs(o);
}

function readRow(line: string): { readonly [name: string]: unknown } | undefined {
  try {
    const row: unknown = JSON.parse(line);
    return isObject(row) ? row : undefined;
  } catch {
    return undefined;
  }
}
