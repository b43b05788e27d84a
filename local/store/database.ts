import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementResultingChanges, type StatementSync } from 'node:sqlite';
import { StoreUnavailable } from '../../core/failures.ts';
import { emptyLog, Journal, pragmas, type Write, type WriteOptions } from './journal.ts';
import { MemberLists } from './member-lists.ts';
import { Rewriting, rewriteKey } from './rewriting.ts';
import { schema, schemaVersion, upgrades } from './schema.ts';

export type { Write };

/** Work that nobody waits for is on the disk this soon. */
const flushEveryMs = 200;
/** A group that has grown to so many characters is closed, whoever waits: packing it takes as much again. */
const largestGroup = 2_000_000;
/** A group that more and more join is closed after so many turns of the event loop. */
const mostTurns = 8;
/** The tables are committed this long after the first write since the last time, or after so many writes. */
const commitEveryMs = 1_000;
const mostUncommitted = 8_000;

/** Where the tables say which group of the journal they hold last. */
const appliedKey = 'journal';

/**
 * Tables in one SQLite file, whose commits are grouped twice. A write is applied at once, inside a transaction left
 * open, so a later read always sees it. `durable` answers when it stands in the journal, which costs one fsync for all
 * requests of a turn of the event loop. The tables themselves are committed about once a second, and take up from the
 * journal, when they are opened, what a crash kept them from holding.
 */
export class Database {
  private readonly db: DatabaseSync;
  private readonly journal: Journal | undefined;
  private readonly statements = new Map<string, StatementSync>();
  private isOpen = false;
  private isWriting = false;
  private uncommitted = 0;
  private readonly waiters: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  private flushTimer: NodeJS.Timeout | undefined;
  private commitTimer: NodeJS.Timeout | undefined;
  private failure: StoreUnavailable | undefined;
  /** Called once, when the disk has failed: whoever runs this home should end it, and start it again. */
  onFailed: ((error: unknown) => void) | undefined;
  /** Who is in what: read the lists after `lists.bringUp()`. */
  readonly lists = new MemberLists(this);
  /** What becomes of the file once somebody was erased. */
  readonly rewriting: Rewriting;
  /** Called before a group is closed, to write what goes with it. */
  readonly beforeFlush: (() => void)[] = [];

  /** @param folder of the data; `:memory:` for none */
  constructor(folder: string, options: WriteOptions = {}) {
    const isKept = folder !== ':memory:';
    if (isKept) mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.db = new DatabaseSync(isKept ? join(folder, 'sojourn.db') : folder);
    this.rewriting = new Rewriting(this.db, () => this.commit(), options.largestRewritten);
    this.db.exec(pragmas(options));
    this.db.exec(
      'PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY; PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = OFF;',
    );
    const version = this.applySchema(folder);
    if (isKept) {
      this.journal = new Journal(folder, this.applied(), options);
      this.catchUp(this.journal);
    }
    this.upgrade(version);
  }

  /** @returns the version of the tables as they were found */
  private applySchema(folder: string): number {
    const { user_version: version } = this.db.prepare('PRAGMA user_version').get() as { user_version: number };
    const isNew = this.db.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
    if (!isNew && (version < 1 || version > schemaVersion))
      throw new RangeError(
        `The data folder ${folder} has tables of version ${version}, and this release reads version ${schemaVersion} and those before it. Start with a new folder, or with the release that made this one.`,
      );
    this.db.exec(`BEGIN; ${schema} ${isNew ? `PRAGMA user_version = ${schemaVersion};` : ''} COMMIT;`);
    return isNew ? schemaVersion : version;
  }
  /** One step for each version, each whole or not at all. */
  private upgrade(from: number): void {
    for (let version = from; version < schemaVersion; version++)
      this.db.exec(`BEGIN; ${upgrades[version] ?? ''} PRAGMA user_version = ${version + 1}; COMMIT;`);
  }

  private applied(): number {
    const row = this.get<{ value: string }>('SELECT value FROM meta WHERE key = ?', appliedKey);
    return Number(row?.value ?? 0);
  }

  /** Makes the writes that a crash left in the journal alone. */
  private catchUp(journal: Journal): void {
    for (const writes of journal.missing()) {
      this.begin();
      for (const write of writes) {
        this.lists.willReplay(write);
        this.prepare(write.sql).run(...write.values);
      }
    }
    this.lists.hasReplayed();
    if (this.isOpen) this.commitTables();
  }

  private prepare(sql: string): StatementSync {
    let statement = this.statements.get(sql);
    if (!statement) {
      statement = this.db.prepare(sql);
      this.statements.set(sql, statement);
    }
    return statement;
  }
  all<T>(sql: string, ...values: SQLInputValue[]): T[] {
    if (this.failure) throw this.failure;
    try {
      return this.prepare(sql).all(...values) as T[];
    } catch (error) {
      throw this.seen(error);
    }
  }
  get<T>(sql: string, ...values: SQLInputValue[]): T | undefined {
    if (this.failure) throw this.failure;
    try {
      return this.prepare(sql).get(...values) as T | undefined;
    } catch (error) {
      throw this.seen(error);
    }
  }

  /** One write, inside `write`. It must mean the same when it is made again on the same tables. */
  run(sql: string, ...values: SQLInputValue[]): StatementResultingChanges {
    if (!this.isWriting) throw new Error(`Outside of a write: ${sql}`);
    const done = this.prepare(sql).run(...values);
    this.journal?.note(sql, values);
    return done;
  }

  /** One write that follows from others, which the journal holds: it is made anew from those. */
  derive(sql: string, ...values: SQLInputValue[]): void {
    if (this.failure) throw this.failure;
    this.begin();
    try {
      this.prepare(sql).run(...values);
    } catch (error) {
      throw this.seen(error);
    }
  }

  /** Runs writes as one: all of them, or (where it throws) none. They are durable once `durable` answers. */
  write<T>(work: () => T): T {
    if (this.failure) throw this.failure;
    this.begin();
    const result = this.atomically(work);
    if (++this.uncommitted >= mostUncommitted) this.commit();
    else if ((this.journal?.size ?? 0) > largestGroup) this.flush();
    return result;
  }
  /**
   * What an error means: a full disk, a failed read and lack of memory make SQLite undo all that is open, and not one
   * statement. The tables are then older than what was answered, and must be neither read nor committed.
   */
  private seen(error: unknown): unknown {
    return this.isOpen && !this.db.isTransaction ? this.fail(error) : error;
  }
  /** A disk that fails cannot be told from lost work: nothing is accepted after it. */
  private fail(error: unknown): StoreUnavailable {
    if (this.failure) return this.failure;
    this.failure = new StoreUnavailable('The data folder cannot be written.', { cause: error });
    for (const waiter of this.waiters.splice(0)) waiter.reject(this.failure);
    this.onFailed?.(error);
    return this.failure;
  }
  private begin(): void {
    if (this.isOpen) return;
    this.db.exec('BEGIN IMMEDIATE');
    this.isOpen = true;
  }

  private atomically<T>(work: () => T): T {
    const mark = this.journal?.mark ?? 0;
    this.prepare('SAVEPOINT one').run();
    this.isWriting = true;
    try {
      const result = work();
      this.prepare('RELEASE one').run();
      this.flushTimer ??= setTimeout(() => this.flush(), flushEveryMs).unref();
      this.commitTimer ??= setTimeout(() => this.commit(), commitEveryMs).unref();
      return result;
    } catch (error) {
      this.journal?.takeBack(mark);
      const meant = this.seen(error);
      if (meant !== this.failure) this.db.exec('ROLLBACK TO one; RELEASE one');
      throw meant;
    } finally {
      this.isWriting = false;
    }
  }

  /** Answers once everything written before this call has reached the disk. */
  durable(): Promise<void> {
    if (this.failure) return Promise.reject(this.failure);
    if (this.flushTimer === undefined) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.waiters.push({ resolve, reject });
      if (this.waiters.length === 1) setImmediate(() => this.gather(1, 1));
    });
  }

  /** A group is closed once a turn of the event loop has brought nobody else who waits for it. */
  private gather(waiting: number, turns: number): void {
    const { length } = this.waiters;
    if (length > waiting && turns < mostTurns) setImmediate(() => this.gather(length, turns + 1));
    else if (length > 0) this.flush();
  }

  /** Closes the group at hand: what was written is on the disk afterwards. */
  flush(): void {
    this.finish(() => (this.journal ? this.journal.append() : this.commitTables()));
  }
  /** Commits the tables. */
  commit(): void {
    this.finish(() => this.commitTables());
  }

  private finish(put: () => void): void {
    if (this.failure) return;
    clearTimeout(this.flushTimer);
    this.flushTimer = undefined;
    try {
      if (this.isOpen) {
        this.isWriting = true;
        for (const prepare of this.beforeFlush) prepare();
        this.isWriting = false;
        if (this.lists.isLong) this.lists.bringUp();
        // What SQLite has undone must not be called committed.
        if (!this.db.isTransaction) throw new Error('SQLite undid the open transaction.');
        put();
      }
      for (const waiter of this.waiters.splice(0)) waiter.resolve();
    } catch (error) {
      this.fail(error);
    }
  }

  private commitTables(): void {
    clearTimeout(this.commitTimer);
    this.commitTimer = undefined;
    this.uncommitted = 0;
    this.lists.bringUp();
    if (this.journal)
      this.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(appliedKey, String(this.journal.takeNumber()));
    this.isOpen = false;
    this.db.exec('COMMIT');
    this.journal?.forget();
  }

  /**
   * Sees to it that what was deleted can be read in no file: what the write-ahead logs and the journal still say of it goes
   * now. The tables' file is written anew: now, within seconds where that was done a moment ago, and when it is opened
   * next where it is large.
   */
  scrub(): void {
    this.write(() => this.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', rewriteKey, 'due'));
    this.commit();
    if (this.failure) throw this.failure;
    try {
      this.db.exec(emptyLog);
      this.journal?.scrub();
    } catch (error) {
      throw this.seen(error);
    }
    this.rewriting.soon();
  }

  close(): void {
    this.rewriting.finish();
    this.commit();
    this.statements.clear();
    this.db.close();
    this.journal?.close();
  }
}
