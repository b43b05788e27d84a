import type { DatabaseSync } from 'node:sqlite';
import { stopwatch } from '../clock.ts';
import { emptyLog } from './journal.ts';

/** Says in the tables that the file is to be written anew. */
export const rewriteKey = 'rewrite';
/** A file of so many bytes is written anew while others wait: under half a second. */
const largestAtOnce = 64_000_000;
/** So many times as long as it took, it is not written anew again. */
const rest = 10;

/**
 * Writes a database file anew, without the copies of deleted rows that SQLite leaves in pages which it has split or
 * joined: `secure_delete` overwrites the rows, and does not reach those.
 */
export class Rewriting {
  private readonly db: DatabaseSync;
  private readonly commit: () => void;
  private readonly largest: number;
  private readonly elapsedMs = stopwatch();
  private timer: NodeJS.Timeout | undefined;
  /** When it may be done again. */
  private nextMs = 0;
  /** Called where it could not be done, for lack of room, say. */
  onFailed: ((error: unknown) => void) | undefined;

  /**
   * @param commit commits what is open
   * @param largest bytes of a file that is written anew while the home runs
   */
  constructor(db: DatabaseSync, commit: () => void, largest = largestAtOnce) {
    this.db = db;
    this.commit = commit;
    this.largest = largest;
  }

  get bytes(): number {
    const sql = 'SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()';
    return (this.db.prepare(sql).get() as { bytes: number }).bytes;
  }
  /** Whether rows of people who were erased may still be read in the file. */
  get isDue(): boolean {
    return this.db.prepare('SELECT 1 FROM meta WHERE key = ?').get(rewriteKey) !== undefined;
  }

  /** Now, or within seconds where that was done a moment ago; a large file when it is opened next. */
  soon(): void {
    if (this.bytes > this.largest) return;
    const waitMs = this.nextMs - this.elapsedMs();
    if (waitMs <= 0) this.now();
    else this.timer ??= setTimeout(() => this.now(), waitMs).unref();
  }
  /** What waits is done before the file is closed. */
  finish(): void {
    if (this.timer) this.now();
  }
  /** About 7 ms a megabyte, while nothing else is done. */
  now(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const beganMs = this.elapsedMs();
    try {
      this.commit();
      this.db.exec('VACUUM');
      this.db.prepare('DELETE FROM meta WHERE key = ?').run(rewriteKey);
      this.db.exec(emptyLog);
    } catch (error) {
      // The word in the tables stays: it is done when the file is opened next.
      this.onFailed?.(error);
    }
    const endedMs = this.elapsedMs();
    this.nextMs = endedMs + rest * (endedMs - beganMs);
  }
}
