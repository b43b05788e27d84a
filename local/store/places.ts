import type { Place, Places } from '../../core/ports.ts';
import type { Database } from './database.ts';

/** Places of limited entries, each beside the count that it is part of. */
export class SqlitePlaces implements Places {
  private readonly db: Database;
  constructor(db: Database) {
    this.db = db;
  }

  async take(place: Place, atMost: number): Promise<boolean> {
    const { journeyId, startsMs, enrollmentId } = place;
    return this.db.write(() => {
      if (this.has(place)) return true;
      if (this.taken(place) >= atMost) return false;
      this.forget(place);
      this.db.run('INSERT INTO places VALUES (?, ?, ?)', journeyId, startsMs, enrollmentId);
      this.count(place, 1);
      return true;
    });
  }

  async give(place: Place): Promise<void> {
    const { journeyId, startsMs, enrollmentId } = place;
    if (!this.has(place)) return;
    this.db.write(() => {
      this.db.run(
        'DELETE FROM places WHERE journey_id = ? AND starts_ms = ? AND enrollment_id = ?',
        journeyId,
        startsMs,
        enrollmentId,
      );
      this.count(place, -1);
    });
  }

  private has({ journeyId, startsMs, enrollmentId }: Place): boolean {
    const sql = 'SELECT 1 FROM places WHERE journey_id = ? AND starts_ms = ? AND enrollment_id = ?';
    return this.db.get(sql, journeyId, startsMs, enrollmentId) !== undefined;
  }
  private taken({ journeyId, startsMs }: Place): number {
    const sql = 'SELECT taken FROM places_taken WHERE journey_id = ? AND starts_ms = ?';
    return this.db.get<{ taken: number }>(sql, journeyId, startsMs)?.taken ?? 0;
  }
  private count({ journeyId, startsMs }: Place, by: 1 | -1): void {
    this.db.run(
      'INSERT INTO places_taken VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET taken = taken + excluded.taken',
      journeyId,
      startsMs,
      by,
    );
  }

  /** A window that has been over for as long as it lasted is asked about no more. */
  private forget({ journeyId, startsMs, endsMs }: Place): void {
    const beforeMs = startsMs - (endsMs - startsMs);
    for (const table of ['places', 'places_taken'])
      this.db.run(`DELETE FROM ${table} WHERE journey_id = ? AND starts_ms < ?`, journeyId, beforeMs);
  }
}
