import type { Channel } from '../../../core/journey/document.ts';

/** Files of one template and channel, by locale in lower case; '' is the file without one. */
export type FilesByLocale<File> = ReadonlyMap<string, File>;

/** The key under which the files of a template and channel are kept. */
export const templateKey = (templateId: string, channel: Channel): string => `${channel} ${templateId}`;

/** Candidates in the order in which they are tried: the person's locale, its language, the workspace's, none. */
function localesToTry(locale: string | undefined, workspaceLocale: string): string[] {
  const own = locale === undefined ? [] : [locale, languageOf(locale)];
  return [...own, workspaceLocale, languageOf(workspaceLocale), ''].map((tag) => tag.toLowerCase());
}

/** The language of a locale: `pt` of `pt-BR`. */
export const languageOf = (locale: string): string => locale.split(/[-_]/)[0] ?? locale;

/** The file for a person, if any suits. */
export function chooseFile<File>(
  files: FilesByLocale<File>,
  locale: string | undefined,
  workspaceLocale: string,
): File | undefined {
  for (const tag of localesToTry(locale, workspaceLocale)) {
    const file = files.get(tag);
    if (file !== undefined) return file;
  }
  return undefined;
}

/**
 * The locale that dates and money are written in: the person's, when the file speaks their language, so that a British
 * reader of an English file sees British dates; else the file's own.
 */
export function formatLocale(
  fileLocale: string | undefined,
  locale: string | undefined,
  workspaceLocale: string,
): string {
  const spoken = fileLocale ?? workspaceLocale;
  if (locale === undefined || languageOf(locale).toLowerCase() !== languageOf(spoken).toLowerCase()) return spoken;
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? spoken;
  } catch {
    // A locale that came from outside and is none.
    return spoken;
  }
}
