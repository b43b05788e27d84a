import type { EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import type { Shared } from './shared.ts';
import { SojournFunction } from './sojourn-function.ts';
import { factMessage, WorkQueue } from './work-queue.ts';

/** What leaving holds needs. */
export interface HoldsProps {
  /** What every construct is given. */
  readonly shared: Shared;
  /** The bus of committed facts. */
  readonly bus: EventBus;
}

/** How a hold is left before its time: the fact that resolved it completes the token. */
export class Holds extends Construct {
  /** Worker of the queue. */
  readonly resumeEnrollment: SojournFunction;
  /** Holds that are resolved. */
  readonly queue: WorkQueue;

  constructor(scope: Construct, id: string, { shared, bus }: HoldsProps) {
    super(scope, id);
    this.resumeEnrollment = new SojournFunction(this, 'ResumeEnrollment', {
      defaults: shared.defaults,
      name: 'resume-enrollment',
      does: 'Completes the token of a hold that an event or an exit has resolved.',
    });
    shared.store.grantDecide(this.resumeEnrollment);
    shared.secret.grantRead(this.resumeEnrollment);
    this.queue = new WorkQueue(this, 'Resumes', { deadLetters: shared.deadLetters, worker: this.resumeEnrollment });
    this.queue.letRulesWrite();
    this.queue.addRule(this, 'Resume', {
      does: 'Holds that are resolved.',
      bus,
      pattern: { source: ['sojourn'], 'detail-type': ['resume'] },
      message: factMessage,
    });
  }
}
