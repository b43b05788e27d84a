import { addDuration } from '../core/time/duration.ts';
import type { Clock } from '../core/ports.ts';
import type { Database } from './store/database.ts';

export type ClockKind = 'real' | 'manual' | 'fast';

/** The clock of the embedded home: the machine's, or one that stands still until it is wound and is kept in the data folder. */
export class HomeClock implements Clock {
  readonly kind: ClockKind;
  private readonly db: Database;
  private atMs: number;
  private savedMs: number;

  /** @param startMs where an empty home's manual or fast clock begins */
  constructor(db: Database, kind: ClockKind, startMs: number | undefined) {
    this.db = db;
    this.kind = kind;
    const kept = db.get<{ value: string }>(`SELECT value FROM meta WHERE key = 'clock'`);
    this.atMs = kept ? Number(kept.value) : (startMs ?? Date.now());
    this.savedMs = Number.NaN;
    if (kind !== 'real') this.save();
  }

  nowMs(): number {
    return this.kind === 'real' ? Date.now() : this.atMs;
  }

  /** Moves a clock that can be wound; never backwards. */
  moveTo(ms: number): void {
    if (this.kind === 'real') throw new RangeError('A real clock cannot be wound.');
    if (ms > this.atMs) this.atMs = ms;
  }
  /** Adds an ISO duration, counted in a zone. */
  later(duration: string, zone: string): number {
    return addDuration(this.nowMs(), duration, zone, 1);
  }
  /** Puts the time into the data folder, in the transaction that is open. */
  save(): void {
    if (this.kind === 'real' || this.savedMs === this.atMs) return;
    this.savedMs = this.atMs;
    this.db.write(() => this.db.prepare(`INSERT OR REPLACE INTO meta VALUES ('clock', ?)`).run(String(this.atMs)));
  }

  /** At home two writers meet within one process: the next turn of the event loop is far enough away. */
  backOff(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}

/** Real time for measuring how long something takes; never for deciding anything. */
export const stopwatch = (): (() => number) => {
  const startMs = performance.now();
  return () => performance.now() - startMs;
};
