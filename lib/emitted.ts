import type { EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import type { Shared } from './shared.ts';
import { SojournFunction } from './sojourn-function.ts';
import { factMessage, WorkQueue } from './work-queue.ts';

/** What accepting such events needs. */
export interface EmittedProps {
  /** What every construct is given. */
  readonly shared: Shared;
  /** The bus of committed facts. */
  readonly bus: EventBus;
}

/** How events that a journey lets happen are accepted like all others. */
export class Emitted extends Construct {
  /** Worker of its queue. */
  readonly acceptEmitted: SojournFunction;

  constructor(scope: Construct, id: string, { shared, bus }: EmittedProps) {
    super(scope, id);
    this.acceptEmitted = new SojournFunction(this, 'AcceptEmitted', {
      defaults: shared.defaults,
      name: 'accept-emitted',
      does: 'Commits an event that a journey let happen.',
    });
    shared.store.grantDecide(this.acceptEmitted);
    shared.secret.grantRead(this.acceptEmitted);
    const queue = new WorkQueue(this, 'Emits', { deadLetters: shared.deadLetters, worker: this.acceptEmitted });
    queue.letRulesWrite();
    queue.addRule(this, 'Emit', {
      does: 'Events that journeys let happen.',
      bus,
      pattern: { source: ['sojourn'], 'detail-type': ['emit'] },
      message: factMessage,
    });
  }
}
