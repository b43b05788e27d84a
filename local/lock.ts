import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A data folder that another process is using. */
export class FolderInUse extends Error {}

/** Who uses a data folder, and where it answers once it listens. */
export interface LockHolder {
  readonly pid: number;
  readonly url?: string;
  readonly token?: string;
}

/** The process that has a data folder open, if there is one. */
export const holderOf = (folder: string): LockHolder | undefined => (isHeld(folder) ? readHolder(folder) : undefined);

/** One process per data folder: a second one would not see what the first has not flushed yet. */
export class FolderLock {
  private readonly folder: string;
  private readonly held: DatabaseSync;

  private constructor(folder: string, held: DatabaseSync) {
    this.folder = folder;
    this.held = held;
  }

  /** @throws FolderInUse */
  static take(folder: string): FolderLock {
    const held = lockFile(folder);
    if (!held) {
      const holder = readHolder(folder);
      throw new FolderInUse(`The data folder ${folder} is in use${holder ? ` by process ${holder.pid}` : ''}.`);
    }
    writeHolder(folder, { pid: process.pid });
    return new FolderLock(folder, held);
  }

  /** Tells other commands of this user where the home answers; the file is readable by its owner alone. */
  publish(url: string, token: string): void {
    writeHolder(this.folder, { pid: process.pid, url, token });
  }

  release(): void {
    // While it is held: afterwards, the file may be another process's.
    rmSync(join(this.folder, holderFile), { force: true });
    this.held.close();
  }
}

/**
 * What is locked is an empty database: SQLite has the operating system lock it, which gives it to one process only and
 * takes it back however that process ends. So no lock is ever stale, and none has to be told from a fresh one.
 */
const lockedFile = 'lock.db';
/** Who holds it, for reading alone. */
const holderFile = 'lock';

/** A look by `isHeld` is over in less. */
const lookMs = 50;

function lockFile(folder: string): DatabaseSync | undefined {
  const db = new DatabaseSync(join(folder, lockedFile), { timeout: lookMs });
  try {
    db.exec('BEGIN EXCLUSIVE');
    return db;
  } catch (error) {
    db.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
}

function isHeld(folder: string): boolean {
  const path = join(folder, lockedFile);
  if (!existsSync(path)) return false;
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    db.exec('SELECT 1 FROM sqlite_schema');
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  } finally {
    db.close();
  }
}

/** SQLITE_BUSY is 5; what else it knows is in the higher bits. */
const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5;

function readHolder(folder: string): LockHolder | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, holderFile), 'utf8')) as LockHolder;
  } catch {
    return undefined;
  }
}

/** Whole or not at all: whoever reads meanwhile gets the file before. */
function writeHolder(folder: string, holder: LockHolder): void {
  const path = join(folder, holderFile);
  writeFileSync(`${path}.new`, JSON.stringify(holder), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
