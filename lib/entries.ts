import { Duration } from 'aws-cdk-lib';
import type { CfnRule, EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import type { JourneyVersion } from '../core/definitions.ts';
import { entryRule } from '../core/journey/entry-rule.ts';
import type { Shared } from './shared.ts';
import { SojournFunction } from './sojourn-function.ts';
import { factMessage, WorkQueue } from './work-queue.ts';

/** Which journeys are entered, and from which bus. */
export interface EntriesProps {
  /** What every construct is given. */
  readonly shared: Shared;
  /** The bus of committed facts. */
  readonly bus: EventBus;
  /** What may be entered. */
  readonly journeys: readonly JourneyVersion[];
  /** Entries handled at once, in batches. @default 5 */
  readonly maxConcurrency?: number;
}

/** How facts become enrollments: one rule per journey, one queue for all of them. */
export class Entries extends Construct {
  /** Worker of the queue. */
  readonly enterJourney: SojournFunction;
  /** Entries of all journeys. */
  readonly queue: WorkQueue;
  /** One per journey that an event or a segment begins. */
  readonly rules: readonly CfnRule[];

  constructor(scope: Construct, id: string, { shared, bus, journeys, maxConcurrency }: EntriesProps) {
    super(scope, id);
    this.enterJourney = new SojournFunction(this, 'EnterJourney', {
      defaults: shared.defaults,
      name: 'enter-journey',
      does: 'Evaluates the exact condition of an entry, commits the enrollment and starts its execution.',
    });
    shared.store.grantDecide(this.enterJourney);
    shared.secret.grantRead(this.enterJourney);
    this.queue = new WorkQueue(this, 'Entries', {
      deadLetters: shared.deadLetters,
      worker: this.enterJourney,
      ...(maxConcurrency !== undefined && { maxConcurrency }),
    });
    this.queue.letRulesWrite();
    this.rules = journeys.flatMap((journey) => this.addRule(journey, bus));
    this.queue.addRule(this, 'Start', {
      does: 'Hands people from one journey to another.',
      bus,
      pattern: { source: ['sojourn'], 'detail-type': ['start'] },
      message: factMessage,
    });
    shared.alarms.add({
      title: 'Entries late',
      severity: 'page',
      metric: this.queue.queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum' }),
      // After an hour an entry is refused as stale.
      threshold: Duration.minutes(20).toSeconds(),
    });
  }

  private addRule(journey: JourneyVersion, bus: EventBus): readonly CfnRule[] {
    const pattern = entryRule(journey);
    if (pattern === undefined) return [];
    const rule = this.queue.addRule(this, journey.id, {
      does: `May begin the journey "${journey.id}": a necessary filter; enter-journey evaluates the exact condition.`,
      bus,
      pattern,
      message: `{"journeyId":${JSON.stringify(journey.id)},"kind":"<kind>","detail":<detail>}`,
    });
    return [rule];
  }
}
