import { parseTree, printParseErrorCode, type ParseError } from 'jsonc-parser';
import type { Remark, Span } from '../problem.ts';

/** What is to be said of a stretch of a text. */
export interface RemarkAt {
  readonly remark: Remark;
  readonly span: Span;
}
/** What is wrong with a text as JSON. */
export interface Syntax {
  /** The text without its slips, each part still at its place; undefined where one of them left the rest in doubt. */
  readonly sound: string | undefined;
  readonly remarks: readonly RemarkAt[];
}

/**
 * Finds what is wrong with a text as JSON. Commas and comments leave no doubt about the rest, so all of them are told
 * and the rest is read; anything else ends it there.
 */
export function readSyntax(text: string): Syntax {
  // The parser that knows places takes ten times as long, and most documents have no slips.
  if (isJson(text)) return { sound: text, remarks: [] };
  const errors = errorsOf(text);
  const doubtful = errors.findIndex((error) => !editOf(error, text));
  const slips = doubtful === -1 ? errors : errors.slice(0, doubtful);
  const sound = slips.reduce((mended, error) => edited(mended, editOf(error, text)!), text);
  const end = errors[doubtful] ?? errorsOf(sound)[0] ?? (isJson(sound) ? undefined : notAny);
  const remarks = [...new Map(slips.map((error) => [error.offset, remarkOf(error, text, '')])).values()];
  if (!end) return { sound, remarks };
  // Slips behind that place are as doubtful as all the rest.
  const before = remarks.filter(({ span }) => span.offset < end.offset);
  return { sound: undefined, remarks: [...before, remarkOf(end, text, text.trim() === '' ? '' : restSentence)] };
}

const restSentence = ' The rest of the file is checked once this is mended.';
/** What the parser lets pass and JSON does not. */
const notAny: ParseError = { error: -1 as ParseError['error'], offset: 0, length: 0 };

function errorsOf(text: string): readonly ParseError[] {
  const errors: ParseError[] = [];
  parseTree(text, errors, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false });
  return errors;
}
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

interface Edit {
  readonly at: number;
  readonly text: string;
}
const edited = (text: string, edit: Edit): string =>
  text.slice(0, edit.at) + edit.text + text.slice(edit.at + edit.text.length);

/** What takes a slip out without moving anything; undefined where the rest would be guessed. */
function editOf(error: ParseError, text: string): Edit | undefined {
  const { offset, length } = error;
  const code = printParseErrorCode(error.error);
  if (isTrailing(error, text)) return { at: text.slice(0, offset).trimEnd().length - 1, text: ' ' };
  if (code === 'InvalidCommentToken') {
    return { at: offset, text: text.slice(offset, offset + length).replace(/[^\r\n]/g, ' ') };
  }
  const isApart = code === 'CommaExpected' && /[\s]/.test(text[offset - 1] ?? '');
  return isApart ? { at: offset - 1, text: ',' } : undefined;
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

/** Whether a comma stands before a closing bracket. */
const isTrailing = ({ offset }: ParseError, text: string): boolean =>
  '}]'.includes(text[offset] ?? ' ') && text.slice(0, offset).trimEnd().endsWith(',');

const remarkOf = (error: ParseError, text: string, more: string): RemarkAt => ({
  remark: { code: 'invalid-json', severity: 'error', message: syntaxSentence(error, text) + more },
  span: markOf(error, text),
});

function syntaxSentence(error: ParseError, text: string): string {
  if (isTrailing(error, text)) return 'The comma before this is one too many.';
  if (text.trim() === '') return 'The file is empty.';
  return sentences[printParseErrorCode(error.error)] ?? 'This is not JSON.';
}

/** The end of the file is no place that a person could look at: the last thing written stands for it. */
function markOf({ offset, length }: ParseError, text: string): Span {
  const end = text.trimEnd().length;
  return offset >= end
    ? { offset: Math.max(0, end - 1), length: end === 0 ? 0 : 1 }
    : { offset, length: Math.max(1, length) };
}
