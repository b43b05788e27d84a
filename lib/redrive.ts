import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Outbox } from './outbox.ts';
import type { Shared } from './shared.ts';
import { SojournFunction } from './sojourn-function.ts';

/** What publishing again needs. */
export interface RedriveProps {
  /** What every construct is given. */
  readonly shared: Shared;
  /** Whose bus and dead records are used. */
  readonly outbox: Outbox;
}

/** How facts are published again, from our own rows and from records that failed: `sojourn redrive`. */
export class Redrive extends Construct {
  /** Called by `sojourn redrive`. */
  readonly redrive: SojournFunction;

  constructor(scope: Construct, id: string, { shared, outbox }: RedriveProps) {
    super(scope, id);
    this.redrive = new SojournFunction(this, 'Redrive', {
      defaults: shared.defaults,
      name: 'redrive',
      does: 'Publishes facts again from our own rows.',
      timeout: Duration.minutes(15),
      onFailure: shared.deadLetters.undelivered,
    });
    shared.store.grantRead(this.redrive);
    // The lists of members.
    shared.store.grantUpkeep(this.redrive);
    outbox.grantPublish(this.redrive);
    outbox.grantRecover(this.redrive);
  }
}
