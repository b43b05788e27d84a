import { addDuration } from '../core/time/duration.ts';
import type { Clock } from '../core/ports.ts';
import type { Database } from './store/database.ts';

export type ClockKind = 'real' | 'manual' | 'fast';

export interface ClockOptions {
  /** Absent: the kind that the data folder was used with before, else real. */
  readonly kind?: ClockKind | undefined;
  /** Where an empty home's manual or fast clock begins, epoch milliseconds. */
  readonly startMs?: number | undefined;
  /** Stands still and is not kept: for looking at a home without letting anything happen in it. */
  readonly isFrozen?: boolean | undefined;
}

/** The clock of the embedded home: the machine's, or one that stands still until it is wound and is kept in the data folder. */
export class HomeClock implements Clock {
  readonly kind: ClockKind;
  private readonly db: Database;
  private readonly isFrozen: boolean;
  private atMs: number;
  private savedMs: number;

  constructor(db: Database, { kind, startMs, isFrozen = false }: ClockOptions) {
    this.db = db;
    this.isFrozen = isFrozen;
    const kept = this.keptClock();
    this.kind = isFrozen ? 'manual' : (kind ?? kept.kind ?? 'real');
    this.atMs = kept.ms ?? startMs ?? Date.now();
    this.savedMs = Number.NaN;
    this.save();
    // Rows of a wind that is cut short must not lie ahead of the clock that goes on from them.
    db.beforeFlush.push(() => this.write());
  }

  private keptClock(): { readonly kind?: ClockKind; readonly ms?: number } {
    const rows = this.db.all<{ key: string; value: string }>(
      `SELECT key, value FROM meta WHERE key IN ('clock', 'clock-kind')`,
    );
    const meta = new Map(rows.map((row) => [row.key, row.value]));
    const [kind, ms] = [meta.get('clock-kind'), meta.get('clock')];
    return { ...(kind !== undefined && { kind: kind as ClockKind }), ...(ms !== undefined && { ms: Number(ms) }) };
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
  /** Puts the time into the data folder. */
  save(): void {
    if (this.isToSave) this.db.write(() => this.write());
  }
  private get isToSave(): boolean {
    return !this.isFrozen && this.kind !== 'real' && this.savedMs !== this.atMs;
  }
  private write(): void {
    if (!this.isToSave) return;
    this.savedMs = this.atMs;
    this.db.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', 'clock', String(this.atMs));
    this.db.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', 'clock-kind', this.kind);
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
