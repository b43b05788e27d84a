import type { Clock } from '../core/ports.ts';

const hourMs = 3_600_000;

export interface HourlyOptions {
  readonly clock: Clock;
  /** Whether there is anything to look at; where not, the hours pass unnoticed. */
  readonly isNeeded: () => boolean;
  readonly look: () => Promise<unknown>;
}

/** Work of every full hour: a source of due work beside due rows and wake-ups. What an hour missed, the next one sees. */
export class Hourly {
  private readonly options: HourlyOptions;
  private lastMs: number;

  constructor(options: HourlyOptions) {
    this.options = options;
    this.lastMs = options.clock.nowMs();
  }

  /** When it is to be done next; `Infinity` for never. */
  get earliestMs(): number {
    return this.options.isNeeded() ? (Math.floor(this.lastMs / hourMs) + 1) * hourMs : Infinity;
  }

  async run(): Promise<void> {
    this.lastMs = this.options.clock.nowMs();
    await this.options.look();
  }
}
