import type { StoredEvent } from '../../core/event/event.ts';
import type { HistoryFilter } from '../../core/ports.ts';
import type { Database } from './database.ts';

/** Events of a person, oldest first by `(occurredMs, eventId)`. */
export function readHistory(
  db: Database,
  profileIds: readonly string[],
  filter: HistoryFilter,
): readonly StoredEvent[] {
  const { names, sinceMs = -8.64e15, afterVersion = -1 } = filter;
  const wanted = names && new Set(names);
  type Row = {
    profile_id: string;
    event_id: string;
    name: string;
    occurred_ms: number;
    version: number;
    attempt_id: string;
    body: string;
  };
  const found: StoredEvent[] = [];
  for (const profileId of profileIds) {
    const rows = db.all<Row>(
      'SELECT * FROM events WHERE profile_id = ? AND occurred_ms >= ? AND version > ?',
      profileId,
      sinceMs,
      afterVersion,
    );
    for (const row of rows) {
      if (wanted && !wanted.has(row.name)) continue;
      const body = JSON.parse(row.body) as Pick<StoredEvent, 'type' | 'properties' | 'context' | 'receivedMs'>;
      found.push({
        ...body,
        profileId,
        eventId: row.event_id,
        name: row.name,
        occurredMs: row.occurred_ms,
        version: row.version,
        attemptId: row.attempt_id,
      });
    }
  }
  return found.sort((a, b) => a.occurredMs - b.occurredMs || (a.eventId < b.eventId ? -1 : 1));
}
