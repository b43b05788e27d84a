import { closeSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A data folder that another process is using. */
export class FolderInUse extends Error {}

/** Who uses a data folder, and where it answers once it listens. */
export interface LockHolder {
  readonly pid: number;
  readonly url?: string;
  readonly token?: string;
}

function readLock(path: string): LockHolder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LockHolder;
  } catch {
    return undefined;
  }
}

/** The process that has a data folder open, if there is one. */
export function holderOf(folder: string): LockHolder | undefined {
  const holder = readLock(join(folder, 'lock'));
  return holder && isAlive(holder.pid) ? holder : undefined;
}

/** One process per data folder: a second one would not see what the first has not flushed yet. */
export class FolderLock {
  private readonly path: string;
  private constructor(path: string) {
    this.path = path;
  }

  /** @throws FolderInUse */
  static take(folder: string): FolderLock {
    const path = join(folder, 'lock');
    for (let tries = 0; tries < 2; tries++) {
      try {
        const file = openSync(path, 'wx', 0o600);
        writeSync(file, JSON.stringify({ pid: process.pid } satisfies LockHolder));
        closeSync(file);
        return new FolderLock(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        const pid = readLock(path)?.pid ?? 0;
        if (isAlive(pid)) throw new FolderInUse(`The data folder ${folder} is in use by process ${pid}.`);
        // Left behind by a process that was killed.
        rmSync(path, { force: true });
      }
    }
    throw new FolderInUse(`The data folder ${folder} is in use.`);
  }

  /** Tells other commands of this user where the home answers; the file is readable by its owner alone. */
  publish(url: string, token: string): void {
    writeFileSync(this.path, JSON.stringify({ pid: process.pid, url, token } satisfies LockHolder), { mode: 0o600 });
  }

  release(): void {
    rmSync(this.path, { force: true });
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
