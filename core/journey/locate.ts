import { createScanner, parseTree, type Node } from 'jsonc-parser';
import { problemsAt, type Located, type Path, type Problem, type Span } from '../problem.ts';
import { readSyntax, type RemarkAt } from './json-syntax.ts';

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
  const read = (value: unknown, remarks: readonly RemarkAt[], root?: Node): JsonFile => ({
    file,
    text,
    value,
    problems: problemsAt(remarks, { file, text }),
    spanOf: (path, at) => (root ? spanOf(root, path, at) : { offset: 0, length: 0 }),
  });
  const tooDeep = deepOffset(text);
  if (tooDeep !== undefined) {
    const message = `This is nested more than ${deepest} levels deep.`;
    return read(undefined, [
      { remark: { code: 'too-deep', severity: 'error', message }, span: { offset: tooDeep, length: 1 } },
    ]);
  }
  const { sound, remarks } = readSyntax(text);
  if (sound === undefined) return read(undefined, remarks);
  const tree = parseTree(sound)!;
  return read(JSON.parse(sound), [...remarks, ...duplicateKeys(tree)], tree);
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

function duplicateKeys(node: Node): readonly RemarkAt[] {
  const found: RemarkAt[] = [];
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
