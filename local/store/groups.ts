import type { Group, GroupId, ReadGroup } from '../../core/group/group.ts';
import type { Groups } from '../../core/ports.ts';
import type { Database } from './database.ts';

/** Groups on SQLite. */
export class SqliteGroups implements Groups {
  private readonly db: Database;
  constructor(db: Database) {
    this.db = db;
  }

  async group({ type, groupId }: GroupId): Promise<ReadGroup | undefined> {
    const sql = 'SELECT version, body FROM groups WHERE type = ? AND group_id = ?';
    const row = this.db.get<{ version: number; body: string }>(sql, type, groupId);
    return row && { version: row.version, group: { type, groupId, traits: JSON.parse(row.body) as Group['traits'] } };
  }
  async put({ type, groupId, traits }: Group, expectedVersion: number): Promise<'put' | 'conflict'> {
    const body = JSON.stringify(traits);
    const { changes } = this.db.write(() =>
      expectedVersion === 0
        ? this.db.run('INSERT OR IGNORE INTO groups VALUES (?, ?, 1, ?)', type, groupId, body)
        : this.db.run(
            'UPDATE groups SET version = version + 1, body = ? WHERE type = ? AND group_id = ? AND version = ?',
            body,
            type,
            groupId,
            expectedVersion,
          ),
    );
    return changes === 0 ? 'conflict' : 'put';
  }
}
