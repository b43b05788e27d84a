import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  openSync,
  readFileSync,
  readSync,
  closeSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Database } from '../../local/store/database.ts';
import { isDeep } from '../properties.ts';
import { Chance } from './chance.ts';
import { ServerChild } from './child.ts';
import { copyData, dataFiles } from './folder-truth.ts';
import { aFolder } from './home.ts';
import { Load } from './load.ts';

const kills = isDeep ? 40 : 6;
/** Each kill leaves one folder, of which so many copies meet each their own power cut. */
const cutsPerKill = isDeep ? 25 : 12;
/** So many kills of one folder, then another: each copy costs by what it holds. */
const killsPerFolder = 8;

/** Pages of the log after which it is folded into the database: seldom, as in use, and all the time. */
const checkpointPages = ['8000', '300', '20'];

/** So long each sync takes besides: most kills then meet a moment at which something is written and not yet synced. */
const slowDiskMs = '30';

const hasCompiler = spawnSync('cc', ['--version']).status === 0;
const canRun = hasCompiler && process.platform === 'linux';
if (!canRun) console.warn('SKIPPED: power cuts need Linux and a C compiler called cc; durability was NOT tested.');

interface Range {
  readonly from: number;
  readonly to: number;
}
/** What may be lost of a file: bytes written since its last sync. */
interface Unsynced {
  readonly ranges: readonly Range[];
  /** The file may end up no shorter than this. */
  readonly syncedSize: number;
}

/** Reads the log up to the kill. */
function unsyncedOf(log: string, file: string): Unsynced {
  let ranges: Range[] = [];
  let syncedSize = 0;
  for (const line of existsSync(log) ? readFileSync(log, 'utf8').split('\n') : []) {
    const [kind, path, ...numbers] = line.split(' ');
    if (path !== file) continue;
    const [first = 0, second = 0] = numbers.map(Number);
    if (kind === 'W') ranges.push({ from: first, to: first + second });
    else if (kind === 'S') [ranges, syncedSize] = [[], first];
    // Shorter by a truncation that may or may not have reached the disk.
    else if (kind === 'T') syncedSize = Math.min(syncedSize, first);
  }
  return { ranges, syncedSize };
}

type Harm = 'cut' | 'zero' | 'garbage' | 'flip' | 'any';
const harms: readonly Harm[] = ['cut', 'zero', 'garbage', 'flip', 'any'];

/** Does to a file what a power cut may do to bytes that were not synced. */
function harmFile(file: string, { ranges, syncedSize }: Unsynced, harm: Harm, chance: Chance): number {
  if (!existsSync(file)) return 0;
  let harmed = 0;
  const handle = openSync(file, 'r+');
  for (const { from, to } of harm === 'cut' ? [] : ranges) {
    const size = statSync(file).size;
    if (from >= size || chance.isBelow(0.4)) continue;
    const start = chance.between(from, Math.min(to, size) - 1);
    const bytes = Buffer.alloc(Math.min(to, size, start + chance.between(1, 8_192)) - start);
    readSync(handle, bytes, 0, bytes.length, start);
    const how = harm === 'any' ? chance.pick(['zero', 'garbage', 'flip']) : harm;
    if (how === 'zero') bytes.fill(0);
    else if (how === 'garbage') for (let at = 0; at < bytes.length; at++) bytes[at] = chance.below(256);
    else bytes[chance.below(bytes.length)]! ^= 1 << chance.below(8);
    writeSync(handle, bytes, 0, bytes.length, start);
    harmed += bytes.length;
  }
  closeSync(handle);
  const size = statSync(file).size;
  if ((harm === 'cut' || harm === 'any') && size > syncedSize) {
    const left = chance.between(syncedSize, size);
    truncateSync(file, left);
    harmed += size - left;
  }
  return harmed;
}

/** Acknowledged events that are not in a folder exactly once; all of them where it cannot be read. */
function lostIn(folder: string, acked: readonly string[]): readonly string[] {
  let db: Database | undefined;
  try {
    db = new Database(folder);
    const check = db.get<{ integrity_check: string }>('PRAGMA integrity_check');
    if (check?.integrity_check !== 'ok') return acked;
    const rows = db.all<{ id: string; n: number }>(
      'SELECT event_id AS id, count(*) AS n FROM events GROUP BY event_id',
    );
    const counts = new Map(rows.map(({ id, n }) => [id, n]));
    return acked.filter((id) => counts.get(id) !== 1);
  } catch {
    return acked;
  } finally {
    db?.close();
  }
}

describe.skipIf(!canRun)('a power cut', () => {
  const folders: string[] = [];
  const folder = (): string => {
    const made = aFolder();
    folders.push(made);
    return made;
  };
  let shim = '';
  beforeAll(() => {
    shim = join(folder(), 'sync-log.so');
    execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', shim, 'test/fixtures/power-cut/sync-log.c', '-ldl']);
  });
  afterAll(() => {
    for (const made of folders) rmSync(made, { recursive: true, force: true });
  });

  interface Outcome {
    readonly acked: number;
    readonly syncs: number;
    readonly cuts: number;
    readonly harmedBytes: number;
    /** Acknowledged events that some power cut lost. */
    readonly lost: number;
  }

  /** Kills a loaded server so many times, and until something was not synced; cuts the power of copies of what it leaves. */
  async function cutPower(synchronous: 'FULL' | 'OFF', times: number): Promise<Outcome> {
    const chance = new Chance(inject('seed') + 2);
    const loads: Load[] = [];
    let data = '';
    const copy = join(folder(), 'copy');
    // One log for all processes: what one of them synced stays synced for those after it.
    const log = join(folder(), 'sync.log');
    let [cuts, harmedBytes, lost] = [0, 0, 0];
    for (let kill = 0; kill < times || (harmedBytes === 0 && kill < 4 * times); kill++) {
      if (kill % killsPerFolder === 0) {
        loads.push(new Load(chance, `power-${synchronous}-${loads.length}`));
        data = folder();
      }
      const load = loads.at(-1)!;
      const server = await ServerChild.start({
        args: ['test/fixtures/power-cut/serve.ts', data, synchronous, chance.pick(checkpointPages)],
        env: { LD_PRELOAD: shim, SYNC_LOG: log, SYNC_DELAY_MS: slowDiskMs },
      });
      const loading = load.sendTo(server.url, 8);
      // A slow machine takes its time to answer the first one.
      await load.acknowledged(120);
      await sleep(chance.between(0, 600));
      await server.end('SIGKILL');
      load.stop();
      await loading;
      const acked = load.acked.map(({ messageId }) => messageId);
      for (let cut = 0; cut < cutsPerKill; cut++) {
        copyData(data, copy);
        for (const name of dataFiles)
          harmedBytes += harmFile(
            join(copy, name),
            unsyncedOf(log, join(data, name)),
            harms[cut % harms.length]!,
            chance,
          );
        cuts++;
        lost += lostIn(copy, acked).length;
      }
    }
    const syncs = readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('S ')).length;
    return { acked: loads.reduce((sum, load) => sum + load.acked.length, 0), syncs, cuts, harmedBytes, lost };
  }

  it('loses no acknowledged event, whatever becomes of bytes that were not synced', async () => {
    const outcome = await cutPower('FULL', kills);
    console.log(`power cuts: ${JSON.stringify(outcome)}`);
    expect(outcome.acked).toBeGreaterThan(100);
    expect(outcome.syncs).toBeGreaterThan(10);
    expect(outcome.harmedBytes).toBeGreaterThan(0);
    expect(outcome.lost).toBe(0);
  });

  it('is noticed by this very check where commits are not synced', async () => {
    const outcome = await cutPower('OFF', 1);
    console.log(`power cuts without syncs: ${JSON.stringify(outcome)}`);
    expect(outcome.acked).toBeGreaterThan(100);
    expect(outcome.lost).toBeGreaterThan(0);
  });
});
