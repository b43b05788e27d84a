import type { Check } from './check.ts';

const frontMatter = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---(\r?\n|$)/;

/** An e-mail has a subject. */
export const missingSubject: Check = {
  code: 'missing-subject',
  severity: 'error',
  check: ({ templates }) =>
    templates
      .filter(
        ({ channel, text }) => channel === 'email' && !/^subject:[ \t]*\S/m.test(frontMatter.exec(text)?.[1] ?? ''),
      )
      .map(({ file }) => ({
        file,
        path: [],
        message: 'The e-mail has no subject. Begin the file with a line ---, a line "subject: …", and a line ---.',
      })),
};
