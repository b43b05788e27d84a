import type { Clock, RoundPart, RoundProgress } from '../core/ports.ts';
import { beginRounds, nextRoundMs, type BeginPorts, type BegunRound } from '../functions/begin-rounds/begin-rounds.ts';
import { walkRound, type WalkPorts, type WalkTask } from '../functions/walk-round/walk-round.ts';
import type { SqliteRounds } from './store/rounds.ts';

export interface SchedulesOptions extends Omit<WalkPorts, 'rounds'> {
  readonly rounds: SqliteRounds;
  readonly missed: BeginPorts['missed'];
}

/** People of one batch: between two, the home does whatever else is due. */
const most = 250;
/** What failed is tried again after a minute. */
export const pauseMs = 60_000;

/** Schedules of the embedded home: a source of due work beside due rows and wake-ups. */
export class Schedules {
  private readonly rounds: SqliteRounds;
  private readonly clock: Clock;
  private readonly begin: () => Promise<void>;
  private readonly walk: (task: WalkTask) => Promise<RoundProgress>;
  private readonly findNext: () => Promise<number>;
  /** Parts under way, the one that was begun first at the front. */
  private open: readonly RoundProgress[];
  /** When the next round begins; unknown until it was looked for. */
  private nextMs: number | undefined;
  /** Something failed: not before then. */
  private notBeforeMs = -Infinity;
  /** What failed last: told once, as long as it fails in the same words. */
  private readonly failing = new Map<'walk' | 'look', string>();

  constructor({ rounds, missed, ...ports }: SchedulesOptions) {
    const { definitions, clock } = ports;
    const beginning = { definitions, clock, rounds, missed, begin: (round: BegunRound) => this.put(round) };
    this.rounds = rounds;
    this.clock = clock;
    this.begin = beginRounds(beginning);
    this.findNext = () => nextRoundMs(beginning);
    this.walk = walkRound({ ...ports, rounds }, { most, atOnce: 1 });
    this.open = rounds.open();
  }

  /** When there is something to do: at once for a round that is under way, so that it goes on after a restart too. */
  get earliestMs(): number {
    return Math.max(this.notBeforeMs, this.open[0]?.movedMs ?? this.nextMs ?? this.clock.nowMs());
  }
  /** Other journeys are published: when the next round begins is to be found anew. */
  look(): void {
    this.nextMs = undefined;
  }
  /** Puts off what could not be done. */
  postpone(untilMs: number): void {
    this.notBeforeMs = untilMs;
  }

  /** Walks the round under way one batch further, else begins those whose time has come. @throws what fails, and was not thrown before */
  async run(): Promise<void> {
    const [first] = this.open;
    const doing = first ? 'walk' : 'look';
    try {
      await (first ? this.walkOn(first) : this.beginDue());
      this.failing.delete(doing);
    } catch (error) {
      const isKnown = this.failing.get(doing) === String(error);
      this.failing.set(doing, String(error));
      if (!isKnown) throw error;
      this.postpone(this.clock.nowMs() + pauseMs);
    }
  }

  private async beginDue(): Promise<void> {
    try {
      await this.begin();
    } finally {
      // Where one schedule fails, the others have begun.
      this.open = this.rounds.open();
    }
    this.nextMs = await this.findNext();
  }

  private async walkOn(open: RoundProgress): Promise<void> {
    const { isDone, part, journeyId, roundId, startedMs, sinceMs } = await this.walk(open);
    // Everybody is ranked: now they enter, from the top.
    const isRanked = isDone && part !== 'ranked' && open.counts['ranked'] !== undefined;
    if (isRanked) await this.put({ journeyId, roundId, startedMs, sinceMs, isRanked: false }, 'ranked');
    this.open = this.rounds.open();
  }

  /** The first row of a part, unless it is there: one that is begun again goes on. */
  private async put({ isRanked, ...begun }: BegunRound, part: RoundPart['part'] = 0): Promise<void> {
    const parts = await this.rounds.progress(begun.journeyId, begun.roundId);
    const standing = parts.find((one) => one.part === part);
    if (standing && !standing.isClosed) return;
    const counts = isRanked ? { ranked: 0 } : {};
    const { closings = 0 } = standing ?? {};
    await this.rounds.advance({ ...begun, part, movedMs: begun.startedMs, isDone: false, closings, counts });
  }
}
