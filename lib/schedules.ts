import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { ENV } from '../functions/env.ts';
import { allowObservation, explainNoTraces } from './machine-observation.ts';
import { roundDefinition } from './round-definition.ts';
import type { Shared } from './shared.ts';
import { SojournFunction } from './sojourn-function.ts';

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
  /** Walks one round. */
  readonly machine: CfnStateMachine;

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
    const role = this.machineRole(shared.defaults.isTraced);
    this.machine = this.walker(shared, role);
    this.letRunItself(role);
    this.beginRounds = this.beginner(shared);
    this.tick(shared);
  }

  private machineRole(isTraced: boolean): Role {
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.walkRound.functionArn] }),
    );
    allowObservation(role, isTraced);
    return role;
  }

  private walker({ defaults }: Shared, role: Role): CfnStateMachine {
    const logs = new LogGroup(this, 'Logs', { retention: defaults.logRetention, removalPolicy: RemovalPolicy.DESTROY });
    const machine = new CfnStateMachine(this, 'Machine', {
      roleArn: role.roleArn,
      definitionString: JSON.stringify(roundDefinition),
      definitionSubstitutions: { WalkRound: this.walkRound.functionArn },
      tracingConfiguration: { enabled: defaults.isTraced },
      loggingConfiguration: {
        level: 'ERROR',
        includeExecutionData: false,
        destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: logs.logGroupArn } }],
      },
    });
    machine.node.addDependency(role);
    if (!defaults.isTraced) explainNoTraces(machine);
    Validations.of(machine).acknowledge({
      id: 'AwsSolutions-SF1',
      reason: 'How far a round came is in the table, and why somebody did not enter with the person.',
    });
    return machine;
  }

  /** The children of a distributed map are executions of the machine itself. */
  private letRunItself(role: Role): void {
    const { partition, region, account } = Stack.of(this);
    const executions = `arn:${partition}:states:${region}:${account}:execution:${this.machine.attrName}`;
    const policy = new Policy(this, 'Children', {
      roles: [role],
      statements: [
        new PolicyStatement({ actions: ['states:StartExecution'], resources: [this.machine.attrArn] }),
        new PolicyStatement({
          actions: ['states:DescribeExecution', 'states:StopExecution'],
          resources: [`${executions}:*`],
        }),
        new PolicyStatement({ actions: ['states:RedriveExecution'], resources: [`${executions}/*`] }),
      ],
    });
    const name = (Stack.of(this).resolve(this.machine.logicalId) as string) + '.Name';
    for (const end of [':*', '/*'])
      Validations.of(policy).acknowledge({
        id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<${name}>${end}]`,
        reason: 'Executions, and those of a map run, are named by Step Functions.',
      });
  }

  private beginner(shared: Shared): SojournFunction {
    const beginner = new SojournFunction(this, 'BeginRounds', {
      defaults: shared.defaults,
      name: 'begin-rounds',
      does: 'Begins the rounds of schedules whose time has come.',
      timeout: Duration.seconds(50),
      onFailure: shared.deadLetters.undelivered,
      // As the tick of due rows: most of its calls find nothing.
      isTraced: false,
    });
    shared.store.grantRead(beginner);
    shared.store.grantUpkeep(beginner);
    beginner.addToRolePolicy(
      new PolicyStatement({ actions: ['states:StartExecution'], resources: [this.machine.attrArn] }),
    );
    beginner.addEnvironment(ENV.roundsMachine, this.machine.attrArn);
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
