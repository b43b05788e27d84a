/** A size of type: roughly how wide its characters are, in pixels. */
export interface Type {
  /** Of most lower-case letters, digits and marks. */
  readonly charWidth: number;
  readonly lineHeight: number;
}

/** Fonts differ, so these are a tenth wider than those that most systems show. */
export const types = {
  sentence: { charWidth: 6.9, lineHeight: 18 },
  small: { charWidth: 6.2, lineHeight: 15 },
} as const satisfies { readonly [name: string]: Type };

// Ideographs, emoji and other full-width characters take a square.
const isWide = (char: string): boolean => (char.codePointAt(0) ?? 0) >= 0x1100;
const widthOfChar = (char: string, { charWidth }: Type): number => {
  if (isWide(char)) return charWidth * 2;
  return /[A-ZÀ-ÞА-ЯmwMW@%—]/.test(char) ? charWidth * 1.25 : charWidth;
};

/** About how wide a text is, in pixels. */
export const widthOf = (text: string, type: Type): number =>
  [...text].reduce((sum, char) => sum + widthOfChar(char, type), 0);

/** The parts of a word, each no wider than a line. */
function pieces(word: string, width: number, type: Type): readonly string[] {
  const found: string[] = [];
  let piece = '';
  for (const char of word) {
    if (piece !== '' && widthOf(piece + char, type) > width) {
      found.push(piece);
      piece = '';
    }
    piece += char;
  }
  return [...found, piece];
}

// Nobody reads more of one card; the whole sentence stands in its title.
const mostLines = 8;

/** A text as lines of at most `width` pixels; words that are longer are broken, and a very long text is cut. */
export function wrap(text: string, width: number, type: Type): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    for (const [index, piece] of pieces(word, width, type).entries()) {
      const last = lines.at(-1);
      const joined = index === 0 && last !== undefined ? `${last} ${piece}` : undefined;
      if (joined !== undefined && widthOf(joined, type) <= width) lines[lines.length - 1] = joined;
      else lines.push(piece);
    }
  }
  if (lines.length <= mostLines) return lines;
  return [...lines.slice(0, mostLines - 1), `${[...lines[mostLines - 1]!].slice(0, -1).join('')}…`];
}

/** A text that fits into one line; its end is left out where it is too long. */
export function cut(text: string, width: number, type: Type): string {
  if (widthOf(text, type) <= width) return text;
  const chars = [...text];
  while (chars.length > 0 && widthOf(`${chars.join('')}…`, type) > width) chars.pop();
  return `${chars.join('')}…`;
}
