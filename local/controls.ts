import type { Stop, StopKind } from '../core/control/stop.ts';
import type { Controls } from '../core/ports.ts';
import type { Database } from './store/database.ts';

/** A touch begins its hand-over so soon after it has looked, or not at all. */
const handedWithinMs = 5_000;

interface Row {
  readonly subject: string;
  readonly kind: StopKind;
  readonly at_ms: number;
  readonly said_by: string | null;
  readonly why: string | null;
}

/** What is paused or stopped, in SQLite. A touch looks at it just before it commits a hand-over: there is no lease. */
export class HomeControls implements Controls {
  private readonly db: Database;
  private readonly touchesOver: () => Promise<void>;

  /** @param touchesOver answers once all touches are over that are under way now */
  constructor(db: Database, touchesOver: () => Promise<void>) {
    this.db = db;
    this.touchesOver = touchesOver;
  }

  async list(): Promise<readonly Stop[]> {
    return this.db.all<Row>('SELECT * FROM controls ORDER BY subject').map(readStop);
  }
  async put({ subject, kind, atMs, by, why }: Stop): Promise<void> {
    this.db.write(() =>
      this.db.run(
        'INSERT OR REPLACE INTO controls VALUES (?, ?, ?, ?, ?)',
        subject,
        kind,
        atMs,
        by ?? null,
        why ?? null,
      ),
    );
  }
  async remove(subject: string): Promise<void> {
    this.db.write(() => this.db.run('DELETE FROM controls WHERE subject = ?', subject));
    await this.db.durable();
  }

  /** A message that waits for its turn looks again when it comes: it need not be waited for. */
  async heeded(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const isLate = new Promise<void>((resolve) => (timer = setTimeout(resolve, handedWithinMs)));
    await Promise.race([this.touchesOver(), isLate]);
    clearTimeout(timer);
    await this.db.durable();
  }
}

const readStop = (row: Row): Stop => ({
  subject: row.subject,
  kind: row.kind,
  atMs: row.at_ms,
  ...(row.said_by !== null && { by: row.said_by }),
  ...(row.why !== null && { why: row.why }),
});
