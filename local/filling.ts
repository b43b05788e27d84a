import type { Coverage } from '../core/segment/coverage.ts';
import { fillProfiles, fillStateOf, type FillPorts, type FillState } from '../functions/fill-profiles/fill-profiles.ts';
import { writeCoverage } from './store/coverage.ts';
import type { Database } from './store/database.ts';
import type { SqliteFills } from './store/fills.ts';

export interface FillingOptions extends Omit<FillPorts, 'fills' | 'failed'> {
  readonly db: Database;
  readonly fills: SqliteFills;
  readonly onError: (what: string, error: unknown) => void;
  /** After each batch. */
  readonly onProgress?: (people: number, everybody: number) => void;
}

/** People of one batch: between two, the home does whatever else there is to do. */
const pace = { most: 50, atOnce: 1 };
/** A batch that failed is tried again. */
const againMs = 1_000;

/**
 * Fills people with what is newly published, in the background: it begins at once, goes on where a stop or a crash left
 * off, and lets live events go first.
 */
export class Filling {
  private readonly options: FillingOptions;
  private running: Promise<void> | undefined;
  private isStopped = false;

  constructor(options: FillingOptions) {
    this.options = options;
  }

  get isIdle(): boolean {
    return this.running === undefined;
  }
  /** Answers once everybody is filled. */
  async idle(): Promise<void> {
    while (this.running) await this.running;
  }
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.running;
  }
  /** How far everybody is filled. */
  async state(): Promise<FillState> {
    const { definitions, fills } = this.options;
    return fillStateOf({ fills, number: (await definitions.current()).coverage.number });
  }

  /** Begins, or goes on, with what is published now: it is written down first, so that later documents are compared with it. */
  start(coverage: Coverage): void {
    writeCoverage(this.options.db, coverage);
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
  }

  private async run(): Promise<void> {
    const { fills, onError, onProgress } = this.options;
    const failed = (profileId: string, error: unknown): void =>
      onError(`fill ${profileId} with what is published`, error);
    const fillBatch = fillProfiles({ ...this.options, failed }, pace);
    let everybody: number | undefined;
    while (!this.isStopped) {
      const { number, startedMs = this.options.clock.nowMs(), isFull } = await this.state();
      if (number === 0 || isFull) return;
      try {
        const { people, isDone } = await fillBatch({ number, part: 0, startedMs });
        everybody ??= fills.everybody();
        onProgress?.(people, isDone ? people : Math.max(people, everybody));
      } catch (error) {
        onError('fill people with what is published', error);
        await new Promise((resolve) => setTimeout(resolve, againMs).unref());
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
