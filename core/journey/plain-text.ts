import type { Located } from '../problem.ts';

/** A file whose parts are its lines: the path `[3]` is its third line; all other findings stand at its first. */
export const plainText = (file: string, text: string): Located => ({
  file,
  text,
  spanOf: ([line]) => lineSpan(text, typeof line === 'number' ? line : 1),
});

function lineSpan(text: string, line: number): { readonly offset: number; readonly length: number } {
  let offset = 0;
  for (let at = 1; at < line; at++) {
    const end = text.indexOf('\n', offset);
    if (end === -1) break;
    offset = end + 1;
  }
  const end = text.indexOf('\n', offset);
  return { offset, length: text.slice(offset, end === -1 ? undefined : end).replace(/\r$/, '').length };
}
