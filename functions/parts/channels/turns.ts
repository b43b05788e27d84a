import type { Turn } from '../../../core/ports.ts';

/** Turns on something of which there is only so much: who waits longest comes next. */
export class Turns {
  private free: number;
  private readonly waiting = new Set<(turn: Turn) => void>();

  constructor(count: number) {
    this.free = count;
  }

  /** @returns `undefined` where none came within `mostMs` */
  take(mostMs: number): Promise<Turn | undefined> {
    if (this.free > 0) {
      this.free--;
      return Promise.resolve(this.turn());
    }
    if (mostMs <= 0) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const come = (turn: Turn): void => {
        clearTimeout(timer);
        resolve(turn);
      };
      const timer = setTimeout(() => {
        this.waiting.delete(come);
        resolve(undefined);
      }, mostMs);
      this.waiting.add(come);
    });
  }

  private turn(): Turn {
    let isHeld = true;
    return {
      release: () => {
        if (isHeld) this.passOn();
        isHeld = false;
      },
    };
  }
  private passOn(): void {
    const [next] = this.waiting;
    if (!next) this.free++;
    else if (this.waiting.delete(next)) next(this.turn());
  }
}
