import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, cpSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Home } from '../../local/home.ts';
import { FolderInUse, FolderLock, holderOf } from '../../local/lock.ts';
import { aFolder, testWorkflows } from './home.ts';

const endings: (() => unknown)[] = [];
afterEach(() => {
  for (const end of endings.splice(0).reverse()) end();
});
const folder = (): string => {
  const made = aFolder();
  endings.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
};

async function aRacer(): Promise<ChildProcess> {
  const child = fork('test/fixtures/lock/racer.ts', { execArgv: ['--disable-warning=ExperimentalWarning'] });
  endings.push(() => child.kill('SIGKILL'));
  await once(child, 'message');
  return child;
}
async function race(racers: readonly ChildProcess[], data: string): Promise<readonly unknown[]> {
  const atMs = Date.now() + 3;
  const told = racers.map(async (racer) => {
    const answer = once(racer, 'message');
    racer.send({ folder: data, atMs });
    return (await answer)[0] as unknown;
  });
  return Promise.all(told);
}

/** A folder as a killed process leaves it. */
async function aStaleFolder(): Promise<string> {
  const data = folder();
  const racer = await aRacer();
  expect(await race([racer], data)).toEqual(['won']);
  racer.kill('SIGKILL');
  await once(racer, 'exit');
  return data;
}

describe('the lock of a data folder', () => {
  const rounds = 40;

  it('goes to exactly one of those who race for what a killed process left', async () => {
    const stale = await aStaleFolder();
    const racers = await Promise.all([1, 2, 3].map(aRacer));
    for (let round = 0; round < rounds; round++) {
      const data = join(folder(), 'copy');
      cpSync(stale, data, { recursive: true });
      const answers = await race(racers, data);
      expect(answers.toSorted()).toEqual(['lost', 'lost', 'won']);
      expect(holderOf(data)?.pid).toBe(racers[answers.indexOf('won')]!.pid);
    }
  });

  it('is not held by a killed process, not even one whose number another one has now', async () => {
    const data = await aStaleFolder();
    writeFileSync(join(data, 'lock'), JSON.stringify({ pid: process.ppid, url: 'http://127.0.0.1:1', token: 't' }));
    expect(holderOf(data)).toBeUndefined();
    const lock = FolderLock.take(data);
    expect(holderOf(data)).toEqual({ pid: process.pid });
    lock.release();
  });

  it('is refused to a second one, also of the same process, until it is released', () => {
    const data = folder();
    const lock = FolderLock.take(data);
    expect(() => FolderLock.take(data)).toThrow(FolderInUse);
    expect(() => FolderLock.take(data)).toThrow(`in use by process ${process.pid}.`);
    lock.release();
    expect(holderOf(data)).toBeUndefined();
    expect(existsSync(join(data, 'lock'))).toBe(false);
    FolderLock.take(data).release();
  });

  it('stays where somebody looks who holds it', () => {
    const data = folder();
    const lock = FolderLock.take(data);
    lock.publish('http://127.0.0.1:4000', 'secret');
    expect(holderOf(data)).toEqual({ pid: process.pid, url: 'http://127.0.0.1:4000', token: 'secret' });
    expect(() => FolderLock.take(data)).toThrow(FolderInUse);
    expect(existsSync(join(data, 'lock.new'))).toBe(false);
    lock.release();
  });

  it('is never read half-written', () => {
    const data = folder();
    const lock = FolderLock.take(data);
    const reader = openSync(join(data, 'lock'), 'r');
    lock.publish('http://127.0.0.1:4000', 'secret');
    // Whoever was reading goes on with the old text: the new one is another file.
    expect(JSON.parse(readFileSync(reader, 'utf8'))).toEqual({ pid: process.pid });
    closeSync(reader);
    lock.release();
  });

  it('is given back by a home that could not open', async () => {
    const data = folder();
    await expect(Home.open({ data, workflows: 'test/fixtures/problems/unknown-template' })).rejects.toThrow();
    const home = await Home.open({ data, workflows: testWorkflows, clock: 'manual' });
    await home.close();
  });
});
