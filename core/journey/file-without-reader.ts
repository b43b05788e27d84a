import type { Finding } from '../problem.ts';
import { closest, didYouMean } from '../suggest.ts';

/** What is to be said of a file that no reader takes; nothing of those that are meant to be passed over. */
export const fileWithoutReader = (path: string): readonly Finding[] => (isIgnored(path) ? [] : [unknownFile(path)]);

const isIgnored = (path: string): boolean =>
  path.startsWith('schema/') || /(^|\/)\./.test(path) || !/\.(json|mjml|txt|csv)$/.test(path);

/** What belongs in a folder. */
const places: Readonly<Record<string, string>> = {
  journeys: 'journeys/<id>.journey.json',
  segments: 'segments/<id>.segment.json',
  audiences: 'audiences/<id>.audience.json',
  coupons: 'coupons/<id>.coupon.json, or beside it a .csv or .txt file of codes',
  events: 'events/<id>.event.json',
  calendars: 'calendars/<country>.json',
  traits: 'traits/<id>.trait.json',
  tables: 'tables/<id>.csv',
  templates: 'templates/<id>/ with email.mjml, push.json, sms.txt, webhook.json or in-app.json',
};

function unknownFile(path: string): Finding {
  const name = path.split('/').at(-1) ?? '';
  const [folder = ''] = path.split('/');
  const guess = path.includes('/') ? undefined : closest(name, ['workspace.json', 'rules.json']);
  const known = Object.keys(places);
  const place = places[folder] ?? `one of the folders ${known.slice(0, -1).join(', ')} and ${known.at(-1)}`;
  return {
    code: 'unknown-file',
    severity: 'error',
    path: [],
    message: `Nothing reads this file. A file here belongs in ${place}.`,
    ...didYouMean(guess),
  };
}

/** Why a file has no text: it is a folder, a link to nothing, a pipe or a device, or may not be read. */
export type Unread = 'folder' | 'dangling-link' | 'no-file' | 'refused';
const reasons: Readonly<Record<Unread, string>> = {
  folder: 'This is a folder, though its name is that of a file; nothing inside is read.',
  'dangling-link': 'This link leads to no file.',
  'no-file': 'This is a pipe, a socket or a device, though its name is that of a file; nothing is read from it.',
  refused: 'This file cannot be read: its permissions do not allow it.',
};

/** What is to be said of something that is named like a file of a workflows folder, and is none that can be read. */
export const fileThatIsNone = (unread: Unread): Finding => ({
  code: 'unknown-file',
  severity: 'error',
  path: [],
  message: reasons[unread],
});
