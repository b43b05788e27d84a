import type { Check } from './check.ts';

const languageOf = (locale: string): string => locale.toLowerCase().split(/[-_]/)[0] ?? '';

/** A template suits everybody: one of its files has no locale, or that of the workspace. */
export const missingLanguage: Check = {
  code: 'missing-language',
  severity: 'warning',
  check: ({ workspace, templates }) => {
    const own = workspace?.draft.locale;
    if (own === undefined) return [];
    const byMessage = Map.groupBy(templates, ({ id, channel }) => `${id}/${channel}`);
    return [...byMessage.values()].flatMap((files) => {
      const suits = ({ locale = '' }: (typeof files)[number]): boolean =>
        ['', own.toLowerCase(), languageOf(own)].includes(locale.toLowerCase());
      const [first] = files;
      if (!first || files.some(suits)) return [];
      const message = `Who reads another language is not sent this message: it has no file without a locale, nor one for "${own}".`;
      return [{ file: first.file, path: [], message }];
    });
  },
};
