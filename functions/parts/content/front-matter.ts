/** The settings at the head of an email template, and what follows them. */
export interface FrontMatter {
  readonly subject?: string;
  readonly preheader?: string;
  readonly body: string;
  /** How many lines of the file stand before `body`. */
  readonly skippedLines: number;
  readonly problems: readonly { readonly line: number; readonly message: string }[];
}

const keys = ['subject', 'preheader'];

/**
 * Reads `key: value` lines between two `---` lines. Values may be quoted as in YAML; unlike YAML an unquoted value may
 * hold Liquid (`subject: {{ profile.traits.firstName }}, your basket`), which is what a marketer would write.
 */
export function readFrontMatter(text: string): FrontMatter {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const end = lines[0]?.trimEnd() === '---' ? lines.findIndex((line, at) => at > 0 && line.trimEnd() === '---') : -1;
  if (end < 0) {
    const message = 'An email template begins with its subject, between two lines of "---".';
    return { body: lines.join('\n'), skippedLines: 0, problems: [{ line: 1, message }] };
  }
  const values = new Map<string, string>();
  const problems: { line: number; message: string }[] = [];
  for (const [index, line] of lines.slice(1, end).entries()) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const [, key = '', value = ''] = /^\s*([\w-]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    const complaint = keyProblem(key, values);
    if (complaint) problems.push({ line: index + 2, message: complaint });
    else values.set(key, unquote(value));
  }
  const subject = values.get('subject');
  const preheader = values.get('preheader');
  if (!subject) problems.push({ line: 1, message: 'The "subject" is missing.' });
  return {
    ...(subject && { subject }),
    ...(preheader && { preheader }),
    body: lines.slice(end + 1).join('\n'),
    skippedLines: end + 1,
    problems,
  };
}

function keyProblem(key: string, values: ReadonlyMap<string, string>): string | undefined {
  if (key === '') return 'This line should read "subject: …" or "preheader: …".';
  if (!keys.includes(key)) return `"${key}" is not known here. An email has a "subject" and a "preheader".`;
  return values.has(key) ? `"${key}" is written twice.` : undefined;
}

function unquote(value: string): string {
  if (/^".*"$/s.test(value)) return value.slice(1, -1).replace(/\\(["\\])/g, '$1');
  if (/^'.*'$/s.test(value)) return value.slice(1, -1).replaceAll("''", "'");
  return value;
}
