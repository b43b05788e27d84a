import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { Shared } from './shared.ts';
import { SojournFunction } from './sojourn-function.ts';

/** What looking at experiments needs. */
export interface ExperimentsProps {
  /** What every construct is given. */
  readonly shared: Shared;
}

/** Each hour the experiments are looked at: a variant that does harm is stopped, one that has won gets those who come. */
export class Experiments extends Construct {
  /** Called each hour. */
  readonly decideWinners: SojournFunction;

  constructor(scope: Construct, id: string, { shared }: ExperimentsProps) {
    super(scope, id);
    this.decideWinners = new SojournFunction(this, 'DecideWinners', {
      defaults: shared.defaults,
      name: 'decide-winners',
      does: 'Looks at the experiments: which variant has won, and which does harm.',
      // It reads the whole list of every journey that has one.
      timeout: Duration.minutes(10),
      onFailure: shared.deadLetters.undelivered,
    });
    shared.store.grantRead(this.decideWinners);
    shared.store.grantLists(this.decideWinners);
    shared.store.grantUpkeep(this.decideWinners);
    this.schedule(shared);
  }

  private schedule({ deadLetters: { undelivered } }: Shared): void {
    const { functionArn } = this.decideWinners;
    const role = new Role(this, 'LookRole', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') });
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn] }));
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [undelivered.queueArn] }));
    const look = new CfnSchedule(this, 'Look', {
      description: 'Each hour: what do the experiments say?',
      scheduleExpression: 'rate(1 hour)',
      // Nobody waits for the minute.
      flexibleTimeWindow: { mode: 'FLEXIBLE', maximumWindowInMinutes: 15 },
      target: {
        arn: functionArn,
        roleArn: role.roleArn,
        deadLetterConfig: { arn: undelivered.queueArn },
        retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 3_600 },
      },
    });
    look.node.addDependency(role);
  }
}
