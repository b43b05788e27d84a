import { Duration } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { FilterRule, type Function } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ENV } from '../functions/env.ts';
import type { FailedBatches } from './failed-batches.ts';
import type { Shared } from './shared.ts';
import { SojournFunction } from './sojourn-function.ts';

/** What the relay needs. */
export interface OutboxProps {
  /** What every construct is given. */
  readonly shared: Shared;
  /** Where whole batches go that cannot be read. */
  readonly failedBatches: FailedBatches;
}

/** Carries committed facts from the table's stream to the bus, at least once. */
export class Outbox extends Construct {
  /** Without an archive: that could not forget one person. Replay is `sojourn redrive`, from our own rows. */
  readonly bus: EventBus;
  /** Reads the table’s stream. */
  readonly relay: SojournFunction;
  /** Whole stream records that failed for themselves. */
  readonly deadRecords: Queue;

  constructor(scope: Construct, id: string, { shared, failedBatches }: OutboxProps) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', { description: 'Sojourn: committed facts' });
    this.deadRecords = shared.deadLetters.addOwn(this, 'DeadRecords');
    this.relay = new SojournFunction(this, 'Relay', {
      defaults: shared.defaults,
      name: 'relay',
      does: 'Puts committed facts on the bus, and keeps the lists of members.',
      timeout: Duration.seconds(60),
    });
    shared.store.grantUpkeep(this.relay);
    this.grantPublish(this.relay);
    this.deadRecords.grantSendMessages(this.relay);
    this.relay.addEnvironment(ENV.relayDeadQueue, this.deadRecords.queueUrl);
    failedBatches.addReader(this, 'Facts', {
      store: shared.store,
      reader: this.relay,
      batchSize: 100,
      filters: [withAttribute('out', 'N'), withAttribute('mc', 'B')],
    });
  }

  /** Lets a function put facts on the bus, and tells it where. */
  grantPublish(caller: Function): void {
    Grant.addToPrincipal({ grantee: caller, actions: ['events:PutEvents'], resourceArns: [this.bus.eventBusArn] });
    caller.addEnvironment(ENV.bus, this.bus.eventBusName);
  }

  /** Lets a function take whole records that failed, and tells it where. */
  grantRecover(caller: Function): void {
    Grant.addToPrincipal({
      grantee: caller,
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'],
      resourceArns: [this.deadRecords.queueArn],
    });
    caller.addEnvironment(ENV.relayDeadQueue, this.deadRecords.queueUrl);
  }
}

/** Filters see only leaves: an attribute "exists" as the text, the number or the bytes that it is. */
export const withAttribute = (name: string, type: 'S' | 'N' | 'B'): object => ({
  NewImage: { [name]: { [type]: FilterRule.exists() } },
});
