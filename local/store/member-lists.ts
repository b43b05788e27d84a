import type { Profile } from '../../core/profile/profile.ts';
import type { Database, Write } from './database.ts';

/** What somebody is in, each since when. */
export type Memberships = Pick<Profile, 'segments' | 'audiences'>;
const none: Memberships = { segments: {}, audiences: {} };

/** So many people's changes are gathered at most: the lists are long, and a row in each of many is a page of each. */
const mostGathered = 1_000;

const putSql = 'INSERT INTO memberships VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body';
const dropSql = 'DELETE FROM memberships WHERE profile_id = ?';

/**
 * Who is in which segment and audience. Each profile's memberships are a row of their own, written where they change;
 * the lists by segment follow from those rows. They are brought up to date for many people at once: before the tables
 * are committed, and before anybody reads them. The journal holds no list: after a crash they follow from the rows again.
 */
export class MemberLists {
  private readonly db: Database;
  private readonly behind = new Map<string, { readonly before: Memberships; after: Memberships }>();
  /** Rows that a crash left in the journal alone, as they were before. */
  private readonly replayed = new Map<string, Memberships>();

  constructor(db: Database) {
    this.db = db;
  }

  /** The memberships of a profile, as its row says. */
  of(profileId: string): Memberships | undefined {
    return readMemberships(
      this.db.get<{ body: string }>('SELECT body FROM memberships WHERE profile_id = ?', profileId)?.body,
    );
  }

  /** Notes that a commit has changed somebody's memberships. */
  note(profileId: string, before: Memberships = none, after: Memberships): void {
    const standing = this.behind.get(profileId);
    if (standing) standing.after = after;
    else this.behind.set(profileId, { before, after });
  }
  /** Writes somebody's row, with the group of commits that changed it. */
  write(profileId: string, { segments, audiences }: Memberships): void {
    if (isEmpty(segments) && isEmpty(audiences)) this.db.run(dropSql, profileId);
    else this.db.run(putSql, profileId, JSON.stringify({ segments, audiences }));
  }

  get isLong(): boolean {
    return this.behind.size >= mostGathered;
  }
  /** Brings the lists up to date. */
  bringUp(): void {
    if (this.behind.size === 0) return;
    const lists = new Map<string, { readonly kind: string; readonly id: string; readonly changes: Changed[] }>();
    const add = (kind: string, id: string, changed: Changed): void => {
      const key = `${kind}/${id}`;
      const list = lists.get(key);
      if (list) list.changes.push(changed);
      else lists.set(key, { kind, id, changes: [changed] });
    };
    const compare = (
      kind: string,
      profileId: string,
      before: Profile['segments'],
      after: Profile['segments'],
    ): void => {
      if (before === after) return;
      for (const id in before) if (!(id in after)) add(kind, id, [profileId, undefined]);
      for (const id in after) if (after[id] !== before[id]) add(kind, id, [profileId, after[id]]);
    };
    for (const [profileId, { before, after }] of this.behind) {
      compare('segment', profileId, before.segments, after.segments);
      compare('audience', profileId, before.audiences, after.audiences);
    }
    this.behind.clear();
    for (const { kind, id, changes } of lists.values()) {
      for (const [profileId, sinceMs] of changes.sort(([a], [b]) => (a < b ? -1 : 1)))
        if (sinceMs === undefined)
          this.db.derive('DELETE FROM members WHERE kind = ? AND id = ? AND profile_id = ?', kind, id, profileId);
        else this.db.derive('INSERT OR REPLACE INTO members VALUES (?, ?, ?, ?)', kind, id, profileId, sinceMs);
    }
  }

  /** Looks at a write that is about to be made again. */
  willReplay({ sql, values }: Write): void {
    if (sql !== putSql && sql !== dropSql) return;
    const profileId = String(values[0]);
    if (!this.replayed.has(profileId)) this.replayed.set(profileId, this.of(profileId) ?? none);
  }
  /** Notes what the writes that were made again have changed. */
  hasReplayed(): void {
    for (const [profileId, before] of this.replayed) this.note(profileId, before, this.of(profileId) ?? none);
    this.replayed.clear();
  }
}

/** Somebody who is in a list since an instant, or no more. */
type Changed = readonly [profileId: string, sinceMs: number | undefined];

/** Reads a row's body. */
export const readMemberships = (body: string | null | undefined): Memberships | undefined =>
  body === null || body === undefined ? undefined : (JSON.parse(body) as Memberships);

function isEmpty(record: object): boolean {
  for (const _ in record) return false;
  return true;
}
