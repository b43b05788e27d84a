import type { EntryAnswer, Trigger } from '../core/enrollment/enter.ts';
import { emittedMessage } from '../core/enrollment/emitted-message.ts';
import { triggerOf } from '../core/enrollment/trigger.ts';
import type { Message } from '../core/event/event.ts';
import type { Clock, OutgoingFact } from '../core/ports.ts';
import type { ItemResult } from '../core/profile/accept.ts';
import type { Bus } from './bus.ts';
import type { SqliteProfileStore } from './store/profile-store.ts';

export interface RelayOptions {
  readonly store: SqliteProfileStore;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly enter: (task: { readonly journeyId: string; readonly trigger: Trigger }) => Promise<EntryAnswer>;
  readonly resume: (enrollmentId: string) => Promise<unknown>;
  readonly accept: (messages: readonly Message[]) => Promise<readonly ItemResult[]>;
  readonly onError: (fact: OutgoingFact, error: unknown) => void;
}

/** Facts carried out at the same time; those of one profile keep their order. */
const mostAtOnce = 32;
const mostTries = 5;

/** Carries committed facts from the outbox to whoever listens, at least once, in the order of their commits. */
export class Relay {
  private readonly options: RelayOptions;
  private isRunning = false;
  private isAsked = false;
  private isStopped = false;
  private idleWaiters: (() => void)[] = [];

  constructor(options: RelayOptions) {
    this.options = options;
  }

  /** Something was committed: look. */
  notice(): void {
    this.isAsked = true;
    if (!this.isRunning && !this.isStopped) void this.run();
  }
  get isIdle(): boolean {
    return !this.isRunning && !this.isAsked;
  }
  idle(): Promise<void> {
    if (this.isIdle) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }
  /** What is being carried out is finished; the rest stays in the outbox. */
  stop(): Promise<void> {
    this.isStopped = true;
    this.isAsked = false;
    return this.idle();
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    while (this.isAsked && !this.isStopped) {
      this.isAsked = false;
      const facts = await this.options.store.outgoing(mostAtOnce);
      if (facts.length === 0) continue;
      this.isAsked = true;
      const chains = [...Map.groupBy(facts, (fact) => fact.profileId).values()];
      await Promise.all(chains.map((chain) => this.carryInOrder(chain)));
      await this.options.store.acknowledge(facts.map((fact) => fact.sequence));
      // Facts that cause facts must not keep the server from answering.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.isAsked = this.isAsked && !this.isStopped;
    this.isRunning = false;
    for (const waiter of this.idleWaiters.splice(0)) waiter();
  }

  private async carryInOrder(facts: readonly OutgoingFact[]): Promise<void> {
    for (const fact of facts) {
      for (let tries = 1; ; tries++) {
        try {
          await this.carry(fact);
          break;
        } catch (error) {
          // A fact that fails again and again must not hold up the others; it stays in the timeline.
          if (tries >= mostTries) {
            this.options.onError(fact, error);
            break;
          }
          await this.options.clock.backOff(tries);
        }
      }
    }
  }

  private async carry(fact: OutgoingFact): Promise<void> {
    if (fact.kind === 'resume') await this.options.resume(fact.name);
    else if (fact.kind === 'emit') await this.options.accept([emittedMessage(fact)]);
    else if (fact.kind === 'start') await this.options.enter({ journeyId: fact.name, trigger: triggerOf(fact) });
    else {
      const detail = { ...fact.detail, name: fact.name };
      const event = { source: 'sojourn', 'detail-type': fact.kind, detail };
      for (const journeyId of this.options.bus.targetsOf(event))
        await this.options.enter({ journeyId, trigger: triggerOf(fact) });
    }
  }
}
