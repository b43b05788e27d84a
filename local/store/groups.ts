import { groupKeyOf, type Group, type GroupId, type GroupWalk, type ReadGroup } from '../../core/group/group.ts';
import type { DueRow, Groups, Walked } from '../../core/ports.ts';
import type { Database } from './database.ts';
import { writeDue } from './write-rows.ts';

/** Groups on SQLite. */
export class SqliteGroups implements Groups {
  private readonly db: Database;
  /** Told when a due row is written. */
  onDue: (() => void) | undefined;
  constructor(db: Database) {
    this.db = db;
  }

  async group({ type, groupId }: GroupId): Promise<ReadGroup | undefined> {
    const sql = `
      SELECT version, groups.body AS body, walks.body AS walk FROM groups LEFT JOIN walks USING (type, group_id)
      WHERE type = ? AND group_id = ?`;
    const row = this.db.get<{ version: number; body: string; walk: string | null }>(sql, type, groupId);
    if (!row) return undefined;
    const traits = JSON.parse(row.body) as Group['traits'];
    const walk = row.walk === null ? undefined : (JSON.parse(row.walk) as GroupWalk);
    return { version: row.version, group: { type, groupId, traits, ...(walk && { walk }) } };
  }
  async put(group: Group, expectedVersion: number, due: readonly DueRow[] = []): Promise<'put' | 'conflict'> {
    const isPut = this.db.write(() => {
      if (this.write(group, expectedVersion) === 0) return false;
      this.writeWalk(group);
      writeDue(this.db, { due });
      return true;
    });
    if (isPut && due.length > 0) this.onDue?.();
    return isPut ? 'put' : 'conflict';
  }
  private write({ type, groupId, traits }: Group, expectedVersion: number): number | bigint {
    const body = JSON.stringify(traits);
    if (expectedVersion === 0)
      return this.db.run('INSERT OR IGNORE INTO groups VALUES (?, ?, 1, ?)', type, groupId, body).changes;
    const sql = 'UPDATE groups SET version = version + 1, body = ? WHERE type = ? AND group_id = ? AND version = ?';
    return this.db.run(sql, body, type, groupId, expectedVersion).changes;
  }
  private writeWalk({ type, groupId, walk }: Group): void {
    if (walk) this.db.run('INSERT OR REPLACE INTO walks VALUES (?, ?, ?)', type, groupId, JSON.stringify(walk));
    else this.db.run('DELETE FROM walks WHERE type = ? AND group_id = ?', type, groupId);
  }

  readonly parts = 1;
  /** Some 50 ms, in which nobody else is served. */
  readonly mostAtOnce = 40;
  /** Their own commit puts them there, and takes them off. */
  async enlist(): Promise<void> {}
  async delist(): Promise<void> {}
  async members(id: GroupId, _part: number, after: string | undefined, most: number): Promise<readonly Walked[]> {
    const sql = `SELECT profile_id FROM members WHERE kind = 'group' AND id = ? AND profile_id > ? ORDER BY profile_id LIMIT ?`;
    const rows = this.db.all<{ profile_id: string }>(sql, groupKeyOf(id), after ?? '', most);
    return rows.map(({ profile_id: profileId }) => ({ profileId, cursor: profileId }));
  }
}
