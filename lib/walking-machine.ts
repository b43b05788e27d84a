import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { JsonObject } from '../core/json.ts';
import { allowObservation, explainNoTraces } from './machine-observation.ts';
import type { Shared } from './shared.ts';
import type { SojournFunction } from './sojourn-function.ts';

/** What a walking machine is made of. */
export interface WalkingMachineProps {
  /** What every construct is given. */
  readonly shared: Shared;
  /** In which the function stands as a substitution. */
  readonly definition: JsonObject;
  /** The name of that substitution. */
  readonly substitution: string;
  /** Takes a part one batch further. */
  readonly walks: SojournFunction;
  /** Why its executions need no logs of their own. */
  readonly because: string;
}

/** A state machine that takes lists of people through a function, batch by batch, with a distributed map. */
export class WalkingMachine extends Construct {
  /** The machine itself. */
  readonly machine: CfnStateMachine;
  /** In whose name it acts. */
  readonly role: Role;

  constructor(scope: Construct, id: string, props: WalkingMachineProps) {
    super(scope, id);
    this.role = this.actor(props);
    this.machine = this.made(props, this.role);
    this.letRunItself(this.role);
  }

  /** Lets a function begin walks, and tells it where. */
  letBegin(caller: SojournFunction, variable: string): void {
    caller.addToRolePolicy(
      new PolicyStatement({ actions: ['states:StartExecution'], resources: [this.machine.attrArn] }),
    );
    caller.addEnvironment(variable, this.machine.attrArn);
  }

  private actor({ shared, walks }: WalkingMachineProps): Role {
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [walks.functionArn] }));
    allowObservation(role, shared.defaults.isTraced);
    return role;
  }

  private made({ shared, definition, substitution, walks, because }: WalkingMachineProps, role: Role): CfnStateMachine {
    const { logRetention, isTraced } = shared.defaults;
    const logs = new LogGroup(this, 'Logs', { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY });
    const machine = new CfnStateMachine(this, 'Machine', {
      roleArn: role.roleArn,
      definitionString: JSON.stringify(definition),
      definitionSubstitutions: { [substitution]: walks.functionArn },
      tracingConfiguration: { enabled: isTraced },
      loggingConfiguration: {
        level: 'ERROR',
        includeExecutionData: false,
        destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: logs.logGroupArn } }],
      },
    });
    machine.node.addDependency(role);
    if (!isTraced) explainNoTraces(machine);
    Validations.of(machine).acknowledge({ id: 'AwsSolutions-SF1', reason: because });
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
}
