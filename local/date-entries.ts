import type { Definitions } from '../core/definitions.ts';
import { idOf } from '../core/hash.ts';
import type { Database } from './store/database.ts';

const key = 'date-entries';
const pageSize = 500;

/** What says when dates of people begin journeys. */
const fingerprint = ({ dateEntries, calendars, workspace }: Definitions): string =>
  dateEntries.length === 0
    ? ''
    : idOf(
        'dates',
        JSON.stringify([
          dateEntries.map(({ id, document }) => [id, document.entry.on]),
          [...calendars],
          workspace.timeZone,
        ]),
      );

/**
 * Looks at the dates of everybody where journeys that dates begin are others than at the last start: people may have had
 * the trait before the journey came. One that is cut short begins anew at the next start, and changes nothing twice.
 */
export async function lookAtEverybody(
  db: Database,
  definitions: Definitions,
  look: (profileId: string) => Promise<void>,
): Promise<void> {
  const now = fingerprint(definitions);
  const { value: before = '' } = db.get<{ value?: string }>('SELECT value FROM meta WHERE key = ?', key) ?? {};
  if (now === before) return;
  // Profiles are written once for each group of commits.
  db.flush();
  for (let page = pageAfter(db, ''); page.length > 0; page = pageAfter(db, page.at(-1)!))
    for (const profileId of page) await look(profileId);
  db.write(() => db.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', key, now));
}

const pageAfter = (db: Database, after: string): readonly string[] =>
  db
    .all<{ profile_id: string }>(
      'SELECT profile_id FROM profiles WHERE profile_id > ? ORDER BY profile_id LIMIT ?',
      after,
      pageSize,
    )
    .map(({ profile_id: profileId }) => profileId);
