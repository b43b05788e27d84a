import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { StoreUnavailable } from '../../core/failures.ts';
import { schema } from './schema.ts';

/** At most so much work is kept in one open transaction while nobody waits for it. */
const mostUnflushed = 2_000;
/** Work that nobody waits for is flushed this often. */
const flushEveryMs = 200;

/**
 * One SQLite connection whose commits are grouped: work is applied at once, inside a transaction left open,
 * and `durable` answers after the next `COMMIT` has reached the disk. So durability costs one fsync for all
 * requests of a turn of the event loop, and a later read always sees earlier work.
 */
export class Database {
  private readonly db: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();
  private isOpen = false;
  private unflushed = 0;
  private waiters: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  private isScheduled = false;
  private timer: NodeJS.Timeout | undefined;
  private failure: StoreUnavailable | undefined;
  /** Called once, when a commit has failed: whoever runs this home should end it, and start it again. */
  onFailed: ((error: unknown) => void) | undefined;
  /** Called inside each transaction, just before it is committed; they prepare statements and never call `write`. */
  readonly beforeCommit: (() => void)[] = [];
  /** Called after each durable commit; the crash tests read the length of the log here. */
  onFlushed: (() => void) | undefined;

  /** @param folder of the data; `:memory:` for none */
  constructor(folder: string, options: { readonly synchronous?: 'FULL' | 'OFF' } = {}) {
    if (folder !== ':memory:') mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.db = new DatabaseSync(folder === ':memory:' ? folder : join(folder, 'sojourn.db'));
    this.db.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = ${options.synchronous ?? 'FULL'}; PRAGMA wal_autocheckpoint = 8000;`,
    );
    this.db.exec(
      'PRAGMA cache_size = -32000; PRAGMA temp_store = MEMORY; PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = OFF;',
    );
    this.db.exec(schema);
  }

  prepare(sql: string): StatementSync {
    let statement = this.statements.get(sql);
    if (!statement) {
      statement = this.db.prepare(sql);
      this.statements.set(sql, statement);
    }
    return statement;
  }
  all<T>(sql: string, ...values: SQLInputValue[]): T[] {
    return this.prepare(sql).all(...values) as T[];
  }
  get<T>(sql: string, ...values: SQLInputValue[]): T | undefined {
    return this.prepare(sql).get(...values) as T | undefined;
  }

  /** Runs writes as one: all of them, or (where it throws) none. They are durable once `durable` answers. */
  write<T>(work: () => T): T {
    if (this.failure) throw this.failure;
    if (!this.isOpen) {
      this.db.exec('BEGIN IMMEDIATE');
      this.isOpen = true;
      this.timer ??= setTimeout(() => this.flush(), flushEveryMs).unref();
    }
    const result = this.atomically(work);
    if (++this.unflushed >= mostUnflushed) this.flush();
    return result;
  }

  private atomically<T>(work: () => T): T {
    this.prepare('SAVEPOINT one').run();
    try {
      const result = work();
      this.prepare('RELEASE one').run();
      return result;
    } catch (error) {
      this.db.exec('ROLLBACK TO one; RELEASE one');
      throw error;
    }
  }

  /** Answers once everything written before this call has reached the disk. */
  durable(): Promise<void> {
    if (this.failure) return Promise.reject(this.failure);
    if (!this.isOpen) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.waiters.push({ resolve, reject });
      if (this.isScheduled) return;
      this.isScheduled = true;
      setImmediate(() => this.flush());
    });
  }

  /** Commits what is open. A commit that fails cannot be told from lost work: nothing is accepted after it. */
  flush(): void {
    this.isScheduled = false;
    clearTimeout(this.timer);
    this.timer = undefined;
    const waiters = this.waiters;
    this.waiters = [];
    try {
      if (this.isOpen) {
        for (const prepare of this.beforeCommit) prepare();
        this.isOpen = false;
        this.unflushed = 0;
        this.db.exec('COMMIT');
        this.onFlushed?.();
      }
      for (const waiter of waiters) waiter.resolve();
    } catch (error) {
      this.failure = new StoreUnavailable('The data folder cannot be written.', { cause: error });
      for (const waiter of waiters) waiter.reject(this.failure);
      this.onFailed?.(error);
    }
  }

  close(): void {
    this.flush();
    this.statements.clear();
    this.db.close();
  }
}
