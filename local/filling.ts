import type { Definitions } from '../core/definitions.ts';
import type { DefinitionStore } from '../core/ports.ts';
import type { Coverage } from '../core/segment/coverage.ts';
import { nextRankingMs } from '../core/trait/ranks.ts';
import { fillProfiles, fillStateOf, type FillPorts, type FillState } from '../functions/fill-profiles/fill-profiles.ts';
import { rankProfiles } from '../functions/fill-profiles/rank-profiles.ts';
import { readCoverage, writeCoverage } from './store/coverage.ts';
import type { Database } from './store/database.ts';
import type { SqliteFills } from './store/fills.ts';
import type { SqliteRanks } from './store/ranks.ts';

export interface FillingOptions extends Omit<FillPorts, 'fills' | 'failed' | 'definitions'> {
  readonly db: Database;
  readonly definitions: DefinitionStore & { readonly now: Definitions };
  readonly fills: SqliteFills;
  readonly ranks: SqliteRanks;
  /** Tables of ranks stand in the coverage: what is published is read anew. */
  readonly onRanked: () => void;
  /** Everything is done that there was to do; the next tables have their time. */
  readonly onIdle: () => void;
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
  private next: { readonly of: Definitions; readonly ms: number } | undefined;
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

  /** When tables of ranks are to be made next; `Infinity` while that, or anything before it, is under way. */
  get earliestMs(): number {
    return this.running || this.isStopped ? Infinity : Math.max(this.nextRankingMs(), this.options.clock.nowMs());
  }
  private nextRankingMs(): number {
    const { now } = this.options.definitions;
    if (this.next?.of !== now) this.next = { of: now, ms: nextRankingMs(now) };
    return this.next.ms;
  }

  /** Begins, or goes on, with what is published now: it is written down first, so that later documents are compared with it. */
  start(coverage: Coverage): void {
    writeCoverage(this.options.db, coverage);
    this.goOn();
  }
  /** Begins, or goes on, with whatever there is to do. */
  goOn(): void {
    this.running ??= this.run().finally(() => {
      this.running = undefined;
      this.options.onIdle();
    });
  }

  private async run(): Promise<void> {
    const { fills, onError, onProgress } = this.options;
    const failed = (profileId: string, error: unknown): void =>
      onError(`fill ${profileId} with what is published`, error);
    const fillBatch = fillProfiles({ ...this.options, failed }, pace);
    let everybody: number | undefined;
    while (!this.isStopped) {
      const nowMs = this.options.clock.nowMs();
      const { number, startedMs = nowMs, isFull } = await this.state();
      const isRanking = isFull && this.nextRankingMs() <= nowMs;
      if (isFull && !isRanking) return;
      try {
        if (isRanking) await this.rankBatch(number);
        else {
          const { people, isDone } = await fillBatch({ number, part: 0, startedMs });
          everybody ??= fills.everybody();
          onProgress?.(people, isDone ? people : Math.max(people, everybody));
        }
      } catch (error) {
        onError(isRanking ? 'count people for the tables of ranks' : 'fill people with what is published', error);
        await new Promise((resolve) => setTimeout(resolve, againMs).unref());
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Everybody is what the documents say, so their places are counted; tables ask something else of people, who are filled with it next. */
  private async rankBatch(number: number): Promise<void> {
    await rankProfiles(this.options, pace)({ number, part: 0, startedMs: this.options.clock.nowMs() });
    if (readCoverage(this.options.db)?.number !== number) this.options.onRanked();
  }
}
