import { openSync, readFileSync, rmSync, writeSync, closeSync } from 'node:fs';
import { join } from 'node:path';

/** A data folder that another process is using. */
export class FolderInUse extends Error {}

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
        writeSync(file, String(process.pid));
        closeSync(file);
        return new FolderLock(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        const pid = Number(readFileSync(path, 'utf8'));
        if (isAlive(pid)) throw new FolderInUse(`The data folder ${folder} is in use by process ${pid}.`);
        // Left behind by a process that was killed.
        rmSync(path, { force: true });
      }
    }
    throw new FolderInUse(`The data folder ${folder} is in use.`);
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
