import type { Turn } from '../../../core/ports.ts';

/** Tells the time and lets it pass. */
export interface Waiting {
  /** Only differences matter. */
  nowMs(): number;
  sleep(ms: number): Promise<void>;
}
/** The machine's own clock. */
export const really: Waiting = {
  nowMs: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** Turns at an even pace: who asks first comes first, and nobody waits for a turn that would come too late. */
export class Pace {
  private readonly intervalMs: number;
  private readonly waiting: Waiting;
  private nextMs = -Infinity;

  constructor(perSecond: number, waiting: Waiting = really) {
    if (!(perSecond > 0)) throw new RangeError('A pace is more than 0 a second.');
    this.intervalMs = 1_000 / perSecond;
    this.waiting = waiting;
  }

  /** @returns `undefined`, at once, where none comes within `mostMs` */
  async turn(mostMs: number): Promise<Turn | undefined> {
    const nowMs = this.waiting.nowMs();
    const atMs = Math.max(nowMs, this.nextMs);
    if (atMs - nowMs > mostMs) return undefined;
    this.nextMs = atMs + this.intervalMs;
    if (atMs > nowMs) await this.waiting.sleep(atMs - nowMs);
    return { release: () => undefined };
  }

  /** One that had its turn turned out to be `count` more: the next comes that much later. */
  charge(count: number): void {
    this.nextMs += count * this.intervalMs;
  }
}
