/** Where in a document something stands: keys and indexes from its root. */
export type Path = readonly (string | number)[];

/** What one rule has to say about a document; `locate` turns its path into a line and a column. */
export interface Finding {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly path: Path;
  /** Which part of the path's last member is meant; a missing key points at the object. */
  readonly at?: 'key' | 'value';
  /** One or two sentences in the marketer's words. */
  readonly message: string;
  /** What happens on the way there, one thing after the other. */
  readonly lines?: readonly string[];
  /** What would be right, as a sentence ("Did you mean …?"); only when it is close. */
  readonly suggestion?: string;
}

/** A finding with its place in a file: what `sojourn check` prints. */
export interface Problem {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  /** Path of the file, relative to the workflows folder. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
  /** Length of the marked text, in characters, within its line; 0 when it goes on over several lines. */
  readonly length: number;
  /** The line as written. */
  readonly text: string;
  readonly message: string;
  readonly lines?: readonly string[];
  readonly suggestion?: string;
}

/** A stretch of a text. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}
/** A file whose parts can be found again. */
export interface Located {
  /** Path of the file, relative to the workflows folder. */
  readonly file: string;
  readonly text: string;
  /** Where a part stands; for a part that is not there, the nearest one around it. */
  spanOf(path: Path, at: 'key' | 'value'): Span;
}

/** What a rule says, without where. */
export type Remark = Omit<Finding, 'path' | 'at'>;

/** Findings with their places: in the order of the file, each once. */
export function locate(findings: readonly Finding[], source: Located): readonly Problem[] {
  const found = findings.map(({ path, at, ...remark }) => ({ remark, span: source.spanOf(path, at ?? 'value') }));
  return problemsAt(found, source);
}

/** Remarks on stretches of a file, as problems: in the order of the file, each once. */
export function problemsAt(
  found: readonly { readonly remark: Remark; readonly span: Span }[],
  { file, text }: Pick<Located, 'file' | 'text'>,
): readonly Problem[] {
  const once = new Map(found.map((one) => [`${one.span.offset} ${one.remark.code} ${one.remark.message}`, one]));
  const sorted = [...once.values()].sort((left, right) => left.span.offset - right.span.offset);
  return sorted.map(({ remark, span }) => {
    const before = text.slice(0, span.offset);
    const lineStart = before.lastIndexOf('\n') + 1;
    const lineEnd = text.indexOf('\n', span.offset);
    const line = text.slice(lineStart, lineEnd === -1 ? undefined : lineEnd).replace(/\r$/, '');
    const column = span.offset - lineStart;
    const isOneLine = column + span.length <= line.length;
    return {
      ...remark,
      file,
      line: before.split('\n').length,
      column: column + 1,
      length: isOneLine ? span.length : 0,
      text: line,
    };
  });
}

// Wide enough for any line written by hand; files without line breaks are shown around the mark.
const widestLine = 160;

/** The lines that show a problem's text, with carets below what is meant. */
function frame({ line, column, length, text }: Problem): readonly string[] {
  if (length === 0) return [];
  const start = text.length <= widestLine ? 0 : Math.max(0, column - 1 - Math.floor(widestLine / 4));
  const cut = text.slice(start, start + widestLine);
  const shown = `${start > 0 ? '…' : ''}${cut}${start + widestLine < text.length ? '…' : ''}`;
  const markAt = column - 1 - start + (start > 0 ? 1 : 0);
  // Tabs stay tabs, so that the carets stand below their text however wide a tab is shown.
  const indent = shown.slice(0, markAt).replace(/[^\t]/g, ' ');
  const gutter = `  ${line} |`;
  const carets = '^'.repeat(Math.min(length, Math.max(1, widestLine - (column - 1 - start))));
  return [`${gutter} ${shown}`, `${' '.repeat(gutter.length - 1)}| ${indent}${carets}`];
}

/** A problem as `sojourn check` prints it: place and code, the line as written, what is wrong, and a guess. A warning says that it is one. */
export function renderProblem(problem: Problem): string {
  const { file, line, column, message, lines = [], suggestion } = problem;
  const code = problem.severity === 'warning' ? `${problem.code} (warning)` : problem.code;
  const said = [message, ...lines.map((text) => `  ${text}`), ...(suggestion === undefined ? [] : [suggestion])];
  return [`${file}:${line}:${column}  ${code}`, ...frame(problem), ...said.map((text) => `  ${text}`)].join('\n');
}
