import type { DueRow } from '../core/ports.ts';
import type { HomeClock } from './clock.ts';
import type { Filling } from './filling.ts';
import type { Hourly } from './hourly.ts';
import type { Interpreter } from './interpreter/interpreter.ts';
import type { Relay } from './relay.ts';
import { pauseMs, type Schedules } from './schedules.ts';
import type { SqliteProfileStore } from './store/profile-store.ts';

export interface SchedulerOptions {
  readonly clock: HomeClock;
  readonly store: SqliteProfileStore;
  readonly interpreter: Interpreter;
  readonly relay: Relay;
  readonly wakeDue: (due: DueRow) => Promise<void>;
  readonly schedules: Schedules;
  /** What people are filled with is part of what has been caused. */
  readonly filling: Pick<Filling, 'isIdle' | 'idle' | 'earliestMs' | 'goOn'>;
  /** Experiments are looked at every hour. */
  readonly experiments: Hourly;
  readonly onError: (what: string, error: unknown) => void;
}

/** Longest single sleep of a timer: Node's own limit is 2^31 - 1 ms. */
const longestSleepMs = 2 ** 31 - 1;

type Next = { readonly atMs: number; readonly profileId: string; readonly run: () => Promise<void> };

/**
 * Runs what is due, in order of instant, then profile. On a real clock one timer sleeps until the earliest; a clock
 * that can be wound is moved to each instant in turn, and everything that one causes happens before the next.
 */
export class Scheduler {
  private readonly options: SchedulerOptions;
  private timer: NodeJS.Timeout | undefined;
  private sleepingUntilMs = Infinity;
  private isStopped = false;
  private running: Promise<void> | undefined;
  private winding: Promise<unknown> = Promise.resolve();

  constructor(options: SchedulerOptions) {
    this.options = options;
  }

  /** Other journeys are published: their schedules are looked at. */
  look(): void {
    this.options.schedules.look();
    this.notice();
  }

  /** Something new may be due: on a real clock the timer is set again. */
  notice(): void {
    if (this.options.clock.kind !== 'real' || this.isStopped || this.running) return;
    const next = this.earliest();
    if (!next || next.atMs >= this.sleepingUntilMs) return;
    clearTimeout(this.timer);
    this.sleepingUntilMs = next.atMs;
    const delayMs = Math.min(Math.max(0, next.atMs - this.options.clock.nowMs()), longestSleepMs);
    this.timer = setTimeout(() => this.fire(), delayMs);
  }
  private fire(): void {
    this.sleepingUntilMs = Infinity;
    this.timer = undefined;
    this.running = this.runDue(this.options.clock.nowMs(), false)
      .then(() => undefined)
      .catch((error: unknown) => this.options.onError('run what is due', error))
      .finally(() => {
        this.running = undefined;
        this.notice();
      });
  }

  /** What is due next, of whichever kind: rounds, experiments and tables of ranks come last, when all else of their instant has happened. */
  private earliest(): Next | undefined {
    const next = this.earliestOfPeople();
    const { schedules, experiments, filling } = this.options;
    const rounds = { atMs: schedules.earliestMs, profileId: '', run: () => this.runSchedules() };
    const look = { atMs: experiments.earliestMs, profileId: '', run: () => this.lookAtExperiments() };
    const rank = { atMs: filling.earliestMs, profileId: '', run: async () => filling.goOn() };
    const other = [rounds, look, rank].reduce((first, one) => (one.atMs < first.atMs ? one : first));
    return other.atMs === Infinity || (next && next.atMs <= other.atMs) ? next : other;
  }
  private earliestOfPeople(): Next | undefined {
    const due = this.options.store.earliestDue();
    const wake = this.options.interpreter.earliest();
    // At the same instant and for the same person, the due row goes first: it may end what the timer would go on with.
    if (due && (!wake || due.dueMs < wake.wakeMs || (due.dueMs === wake.wakeMs && due.profileId <= wake.profileId))) {
      return { atMs: due.dueMs, profileId: due.profileId, run: () => this.runDueRow(due) };
    }
    return (
      wake && { atMs: wake.wakeMs, profileId: wake.profileId, run: () => this.options.interpreter.wake(wake.name) }
    );
  }
  get nextMs(): number {
    return this.earliest()?.atMs ?? Infinity;
  }

  private async runSchedules(): Promise<void> {
    try {
      await this.options.schedules.run();
    } catch (error) {
      this.options.onError('enter people by a schedule', error);
      this.options.schedules.postpone(this.options.clock.nowMs() + pauseMs);
    }
  }

  private async lookAtExperiments(): Promise<void> {
    try {
      await this.options.experiments.run();
    } catch (error) {
      this.options.onError('look at the experiments', error);
    }
  }

  private async runDueRow(due: DueRow): Promise<void> {
    try {
      await this.options.wakeDue(due);
    } catch (error) {
      this.options.onError(`look at ${due.profileId}`, error);
      this.options.store.postpone(due, this.options.clock.nowMs() + 60_000);
    }
  }

  /** @returns how many were run */
  private async runDue(untilMs: number, isWinding: boolean, onStep?: (nowMs: number) => void): Promise<number> {
    let count = 0;
    for (;;) {
      const next = this.earliest();
      if (!next || next.atMs > untilMs || this.isStopped) return count;
      // Something arrived since the last look: time does not pass before what it causes has happened.
      if (isWinding && !this.isAtRest) {
        await this.settle();
        continue;
      }
      if (isWinding) this.options.clock.moveTo(next.atMs);
      await next.run();
      if (isWinding) await this.settle();
      count++;
      // A long wind must not keep the server from answering.
      if (count % 64 === 0) {
        onStep?.(this.options.clock.nowMs());
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }

  /** Answers when everything that has been caused so far has happened. */
  async settle(): Promise<void> {
    const { relay, interpreter, filling } = this.options;
    do
      while (!relay.isIdle || !interpreter.isIdle || !filling.isIdle) {
        await filling.idle();
        await relay.idle();
        await interpreter.idle();
      }
    while (await this.runCaused());
  }
  /** Where a clock stands still, what follows from a group is no timer of its instant. @returns whether there was any */
  private async runCaused(): Promise<boolean> {
    const { clock, store } = this.options;
    const rows = clock.kind === 'real' ? [] : store.dueOfGroups(clock.nowMs());
    for (const due of rows) await this.runDueRow(due);
    return rows.length > 0;
  }

  /** Moves a clock that stands still, running all that is due at or before the new time; one winding at a time. */
  wind(toMs: number, onStep?: (nowMs: number) => void): Promise<void> {
    const wound = this.winding.then(async () => {
      await this.settle();
      await this.runDue(toMs, true, onStep);
      do await this.settle();
      while (!this.isAtRest);
      this.options.clock.moveTo(toMs);
      this.options.clock.save();
    });
    this.winding = wound.catch(() => undefined);
    return wound;
  }

  /** Moves a clock that stands still to an instant at which something arrives: it comes before the timers of that instant. */
  async windBefore(toMs: number): Promise<void> {
    if (toMs <= this.options.clock.nowMs()) return;
    await this.wind(toMs - 1);
    this.options.clock.moveTo(toMs);
  }

  get isAtRest(): boolean {
    const { relay, interpreter, filling } = this.options;
    return relay.isIdle && interpreter.isIdle && filling.isIdle;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.running;
    await this.winding;
  }
}
