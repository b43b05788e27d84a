import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { deserialize, serialize } from 'node:v8';

/** Writes in the order in which they were made; each is one SQL text with its values. */
export interface Write {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

/** How often, and how safely, the two files of a data folder are written. */
export interface WriteOptions {
  /** `OFF` is the bug that the power-cut test plants. */
  readonly synchronous?: 'FULL' | 'OFF';
  /** Bytes of a file that is written anew as soon as somebody was erased; a larger one when it is opened next. */
  readonly largestRewritten?: number;
  /** Pages of a write-ahead log after which it is folded into its database. */
  readonly checkpointPages?: number;
}

/**
 * Sets up a connection for grouped, durable writing. What is deleted is overwritten with zeros, so that nobody who was
 * erased can be read out of free pages; no difference could be measured.
 */
export const pragmas = ({ synchronous = 'FULL', checkpointPages = 8_000 }: WriteOptions): string =>
  `PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}; PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = ${checkpointPages};`;

/** Folds a write-ahead log into its database, and leaves nothing in it. */
export const emptyLog = 'PRAGMA wal_checkpoint(TRUNCATE);';

/** Each text of a group once, then for each write the text's place, how many values it has, and the values. */
type Packed = readonly [texts: readonly string[], flat: readonly SQLInputValue[]];

/**
 * Writes that must not be lost and are not yet committed to the tables: one row per group, appended and synced. A group
 * of rows all over the tables would dirty a page for each; here it is a few pages that lie together.
 */
export class Journal {
  private readonly db: DatabaseSync;
  private readonly insert: StatementSync;
  private last: number;
  /** Groups up to this one are in the tables; those up to the other have no row any more. */
  private applied: number;
  private forgotten: number;
  private texts = new Map<string, number>();
  private flat: SQLInputValue[] = [];
  /** Characters and bytes of the group at hand, roughly: what it will take to write it. */
  size = 0;

  /** @param applied sequence of the last group whose writes the tables hold */
  constructor(folder: string, applied: number, options: WriteOptions) {
    this.db = new DatabaseSync(join(folder, 'journal.db'));
    this.db.exec(pragmas(options));
    this.db.exec(
      'PRAGMA busy_timeout = 5000; CREATE TABLE IF NOT EXISTS groups (sequence INTEGER PRIMARY KEY, body BLOB NOT NULL);',
    );
    this.insert = this.db.prepare('INSERT INTO groups VALUES (?, ?)');
    const row = this.db.prepare('SELECT max(sequence) AS last FROM groups').get() as { last: number | null };
    // Never below what was applied: a number used twice would be taken for one that the tables hold.
    this.last = Math.max(row.last ?? 0, applied);
    this.applied = applied;
    this.forgotten = 0;
  }

  /** Groups of writes that the tables do not hold, oldest first. @throws RangeError where some are gone */
  *missing(): Generator<readonly Write[]> {
    const rows = this.db.prepare('SELECT sequence, body FROM groups WHERE sequence > ? ORDER BY sequence');
    let expected = this.applied + 1;
    for (const row of rows.iterate(this.applied)) {
      const { sequence, body } = row as { sequence: number; body: Uint8Array };
      if (sequence !== expected++)
        throw new RangeError(
          'journal.db belongs to a later state of sojourn.db: restore both from one backup, or only sojourn.db.',
        );
      yield unpack(deserialize(body) as Packed);
    }
  }

  /** Adds a write to the group at hand. */
  note(sql: string, values: readonly SQLInputValue[]): void {
    let place = this.texts.get(sql);
    if (place === undefined) this.texts.set(sql, (place = this.texts.size));
    this.flat.push(place, values.length, ...values);
    for (const value of values)
      this.size += typeof value === 'string' ? value.length : value instanceof Uint8Array ? value.byteLength : 8;
  }
  /** Where the group at hand ends, for `takeBack`. */
  get mark(): number {
    return this.flat.length;
  }
  /** Forgets what was noted since a mark: those writes were undone. */
  takeBack(mark: number): void {
    this.flat.length = mark;
  }

  /** Puts the group at hand on the disk. */
  append(): void {
    if (this.flat.length === 0) return;
    const body = serialize([[...this.texts.keys()], this.flat] satisfies Packed);
    if (this.forgotten === this.applied) this.insert.run(this.last + 1, body);
    else {
      this.db.exec('BEGIN');
      this.deleteApplied();
      this.insert.run(this.last + 1, body);
      this.db.exec('COMMIT');
    }
    this.last++;
    this.clear();
  }

  /** The number that the tables are to carry when they are committed; the group at hand takes one of its own, and no row. */
  takeNumber(): number {
    if (this.flat.length > 0) this.last++;
    return this.last;
  }
  /** The tables were committed and synced: the group at hand needs no row, and the rows that stand are deleted with the next. */
  forget(): void {
    this.clear();
    this.applied = this.last;
  }
  private deleteApplied(): void {
    this.db.prepare('DELETE FROM groups WHERE sequence <= ?').run(this.applied);
    this.forgotten = this.applied;
  }
  /** Nothing that the tables hold can be read in the file any more. */
  scrub(): void {
    this.deleteApplied();
    this.db.exec(emptyLog);
  }
  private clear(): void {
    this.texts = new Map();
    this.flat = [];
    this.size = 0;
  }

  close(): void {
    try {
      this.deleteApplied();
    } catch {
      // On a full disk they stay: the tables say that they hold them.
    }
    this.db.close();
  }
}

function unpack([texts, flat]: Packed): readonly Write[] {
  const writes: Write[] = [];
  for (let at = 0; at < flat.length;) {
    const [place, count] = [Number(flat[at]), Number(flat[at + 1])];
    const values = flat.slice(at + 2, at + 2 + count);
    writes.push({ sql: texts[place]!, values });
    at += 2 + count;
  }
  return writes;
}
