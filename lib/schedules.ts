import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { ENV } from '../functions/env.ts';
import { roundDefinition } from './round-definition.ts';
import type { Shared } from './shared.ts';
import { SojournFunction } from './sojourn-function.ts';
import { WalkingMachine } from './walking-machine.ts';

/** What schedules need. */
export interface SchedulesProps {
  /** What every construct is given. */
  readonly shared: Shared;
}

/** How whole segments enter by a schedule: a tick begins rounds, and a machine walks each over the members. */
export class Schedules extends Construct {
  /** Called each minute. */
  readonly beginRounds: SojournFunction;
  /** Enters one batch of people. */
  readonly walkRound: SojournFunction;

  constructor(scope: Construct, id: string, { shared }: SchedulesProps) {
    super(scope, id);
    this.walkRound = new SojournFunction(this, 'WalkRound', {
      defaults: shared.defaults,
      name: 'walk-round',
      does: 'Enters one batch of people by a schedule.',
      timeout: Duration.minutes(5),
      memoryMiB: 1024,
    });
    shared.store.grantDecide(this.walkRound);
    shared.secret.grantRead(this.walkRound);
    const rounds = new WalkingMachine(this, 'Rounds', {
      shared,
      definition: roundDefinition,
      substitution: 'WalkRound',
      walks: this.walkRound,
      because: 'How far a round came is in the table, and why somebody did not enter with the person.',
    });
    this.beginRounds = this.beginner(shared);
    rounds.letBegin(this.beginRounds, ENV.roundsMachine);
    this.tick(shared);
  }

  private beginner(shared: Shared): SojournFunction {
    const beginner = new SojournFunction(this, 'BeginRounds', {
      defaults: shared.defaults,
      name: 'begin-rounds',
      does: 'Begins the rounds of schedules whose time has come, and fills everybody with what is published.',
      timeout: Duration.seconds(50),
      onFailure: shared.deadLetters.undelivered,
      // As the tick of due rows: most of its calls find nothing.
      isTraced: false,
    });
    shared.store.grantRead(beginner);
    shared.store.grantUpkeep(beginner);
    return beginner;
  }

  private tick({ deadLetters }: Shared): void {
    const { undelivered } = deadLetters;
    const role = new Role(this, 'TickRole', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') });
    role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.beginRounds.functionArn] }),
    );
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [undelivered.queueArn] }));
    const tick = new CfnSchedule(this, 'Tick', {
      description: 'Each minute: whose schedule has come round?',
      scheduleExpression: 'rate(1 minute)',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: this.beginRounds.functionArn,
        roleArn: role.roleArn,
        deadLetterConfig: { arn: undelivered.queueArn },
        retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 300 },
      },
    });
    tick.node.addDependency(role);
  }
}
