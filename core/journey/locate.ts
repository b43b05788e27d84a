import { createScanner, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import type { Located, Path, Problem, Remark, Span } from '../problem.ts';
import { problemsAt } from '../problem.ts';

/** A JSON file that was read: its value, and where each part of it stands. */
export interface JsonFile extends Located {
  /** Undefined when the text is no JSON. */
  readonly value: unknown;
  /** What is wrong with the text as JSON. */
  readonly problems: readonly Problem[];
}

// Deeper than any journey that a person could follow; far above where recursion would run out of stack.
const deepest = 100;

/** Reads a JSON text and keeps the places of its parts. */
export function readJson(file: string, written: string): JsonFile {
  // Some editors put a byte order mark first, which is no part of the text.
  const text = written.replace(/^\uFEFF/, '');
  const unreadable = (code: string, message: string, span: Span): JsonFile => {
    const remark: Remark = { code, severity: 'error', message };
    const problems = problemsAt([{ remark, span }], { file, text });
    return { file, text, value: undefined, problems, spanOf: () => ({ offset: 0, length: 0 }) };
  };
  const tooDeep = deepOffset(text);
  if (tooDeep !== undefined) {
    const message = `This is nested more than ${deepest} levels deep.`;
    return unreadable('too-deep', message, { offset: tooDeep, length: 1 });
  }
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false });
  const [error] = errors;
  if (error) return unreadable('invalid-json', syntaxSentence(error, text), markOf(error, text));
  const value = parseValue(text);
  if (!tree || value === undefined) return unreadable('invalid-json', 'This is not JSON.', { offset: 0, length: 0 });
  const problems = problemsAt(duplicateKeys(tree), { file, text });
  return { file, text, value, problems, spanOf: (path, at) => spanOf(tree, path, at) };
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where the text goes deeper than anybody could mean; undefined where it does not. */
function deepOffset(text: string): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  while (scanner.getPosition() < text.length) {
    scanner.scan();
    const token = scanner.getTokenLength() === 1 ? text[scanner.getTokenOffset()] : '';
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
    if (depth > deepest) return scanner.getTokenOffset();
  }
  return undefined;
}

const sentences: Readonly<Record<string, string>> = {
  InvalidSymbol: 'This is not JSON. Texts and keys stand in double quotes.',
  InvalidNumberFormat: 'This is not a number of JSON.',
  PropertyNameExpected: 'A key in double quotes must stand here.',
  ValueExpected: 'A value must stand here.',
  ColonExpected: 'A colon is missing before this.',
  CommaExpected: 'A comma is missing before this.',
  CloseBraceExpected: 'A closing } is missing.',
  CloseBracketExpected: 'A closing ] is missing.',
  EndOfFileExpected: 'The document ends before this; what follows is too much.',
  InvalidCommentToken: 'JSON has no comments. Use a "name" to explain a step.',
  UnexpectedEndOfComment: 'JSON has no comments. Use a "name" to explain a step.',
  UnexpectedEndOfString: 'This text has no closing double quote on its line.',
  UnexpectedEndOfNumber: 'This number is not complete.',
  InvalidUnicode: 'The \\u in this text needs four hexadecimal digits.',
  InvalidEscapeCharacter: 'This text has a backslash before a letter that takes none. Write two for a backslash.',
  InvalidCharacter: 'This text holds a control character. Write \\n for a new line.',
};

const isClosing = (text: string, offset: number): boolean => '}]'.includes(text[offset] ?? ' ');

function syntaxSentence({ error, offset }: ParseError, text: string): string {
  const code = printParseErrorCode(error);
  const isTrailing = isClosing(text, offset) && text.slice(0, offset).trimEnd().endsWith(',');
  if (isTrailing) return 'The comma before this is one too many.';
  if (text.trim() === '') return 'The file is empty.';
  return sentences[code] ?? 'This is not JSON.';
}

/** The end of the file is no place that a person could look at: the last thing written stands for it. */
function markOf({ offset, length }: ParseError, text: string): Span {
  const end = text.trimEnd().length;
  return offset >= end
    ? { offset: Math.max(0, end - 1), length: end === 0 ? 0 : 1 }
    : { offset, length: Math.max(1, length) };
}

function duplicateKeys(node: Node): readonly { readonly remark: Remark; readonly span: Span }[] {
  const found: { readonly remark: Remark; readonly span: Span }[] = [];
  const seen = new Set<unknown>();
  for (const child of node.children ?? []) {
    const key = child.type === 'property' ? child.children?.[0] : undefined;
    if (key && seen.has(key.value)) {
      const message = `The key "${String(key.value)}" stands here a second time; an object has each key once.`;
      found.push({ remark: { code: 'invalid-json', severity: 'error', message }, span: key });
    }
    if (key) seen.add(key.value);
    found.push(...duplicateKeys(child));
  }
  return found;
}

/** The child of a node by its key; of duplicates the last, as that is the one whose value counts. */
const propertyOf = (node: Node, key: string | number): Node | undefined =>
  node.type === 'array'
    ? node.children?.[Number(key)]
    : node.children?.findLast((child) => child.children?.[0]?.value === key);

function spanOf(root: Node, path: Path, at: 'key' | 'value'): Span {
  let node = root;
  for (const [index, key] of path.entries()) {
    const child = propertyOf(node, key);
    if (!child) return node;
    if (child.type !== 'property') node = child;
    else if (index === path.length - 1 && at === 'key') return child.children?.[0] ?? child;
    else node = child.children?.[1] ?? child;
  }
  return node;
}
