import { Duration, Stack } from 'aws-cdk-lib';
import type { CfnRule, EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { JourneyVersion } from '../core/definitions.ts';
import { entryMessage, entryRule, entryRuleSays } from '../core/journey/entry-rule.ts';
import { ENV } from '../functions/env.ts';
import { explainOwn } from './machine-access.ts';
import { ownPrefix } from './own-prefix.ts';
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
  private readonly bus: EventBus;
  private readonly shared: Shared;

  constructor(scope: Construct, id: string, { shared, bus, journeys, maxConcurrency }: EntriesProps) {
    super(scope, id);
    [this.bus, this.shared] = [bus, shared];
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

  /** Lets a function bring the rules of journeys to what is current, and tells it where they are. */
  grantFollow(caller: Function): void {
    caller.addToRolePolicy(new PolicyStatement({ actions: ['events:ListRules'], resources: ['*'] }));
    caller.addToRolePolicy(new PolicyStatement({ actions: ['events:PutRule'], resources: [`${this.arnOfRules}*`] }));
    for (const arn of ['*', `${this.arnOfRules}*`]) explainOwn(caller.role!, arn);
    caller.addEnvironment(
      ENV.entryRules,
      Stack.of(this).toJsonString({
        bus: this.bus.eventBusName,
        prefix: ownPrefix(this.shared.defaults.stage),
        queueArn: this.queue.queue.queueArn,
        undeliveredArn: this.shared.deadLetters.undelivered.queueArn,
      }),
    );
  }

  /** Lets a function make and delete the rules of journeys that no deployment knows. */
  grantOwnRules(caller: Function): void {
    const resources = [`${this.arnOfRules}${ownPrefix(this.shared.defaults.stage)}*`];
    const actions = ['events:PutTargets', 'events:RemoveTargets', 'events:DeleteRule'];
    caller.addToRolePolicy(new PolicyStatement({ actions, resources }));
    explainOwn(caller.role!, resources[0]!);
  }

  private get arnOfRules(): string {
    const { partition, region, account } = Stack.of(this);
    return `arn:${partition}:events:${region}:${account}:rule/${this.bus.eventBusName}/`;
  }

  private addRule(journey: JourneyVersion, bus: EventBus): readonly CfnRule[] {
    const pattern = entryRule(journey);
    if (pattern === undefined) return [];
    const rule = this.queue.addRule(this, journey.id, {
      does: entryRuleSays(journey.id),
      bus,
      pattern,
      message: entryMessage(journey.id),
    });
    return [rule];
  }
}
