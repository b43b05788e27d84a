import { Duration, RemovalPolicy, Stack, Tags, Validations, type CfnElement } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnStateMachine, CfnStateMachineVersion } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { JourneyVersion } from '../core/definitions.ts';
import { compileStateMachine } from '../core/journey/compile.ts';
import { ENV } from '../functions/env.ts';
import { allowOnMachines, explainOwn, type Machine } from './machine-access.ts';
import { MachineDefinition } from './machine-definition.ts';
import { allowObservation, explainNoTraces } from './machine-observation.ts';
import { ownPrefix } from './own-prefix.ts';
import type { Shared } from './shared.ts';
import { SojournFunction } from './sojourn-function.ts';

/** Which journeys are deployed. */
export interface JourneysProps {
  /** What every construct is given. */
  readonly shared: Shared;
  /** The documents, compiled. */
  readonly journeys: readonly JourneyVersion[];
  /** ARNs of machines whose journeys were removed, while people are still inside. */
  readonly retiredMachines: readonly string[];
}

/** A journey as it is deployed. */
export interface DeployedJourney {
  /** The document, compiled. */
  readonly journey: JourneyVersion;
  /** One per journey, whatever its version. */
  readonly machine: CfnStateMachine;
  /** What enrollments of this version are started by; it stays when the next one comes. */
  readonly version: CfnStateMachineVersion;
}

/** One state machine per journey, one version per published document, and the functions that they call. */
export class Journeys extends Construct {
  /** Does steps up to the next hold. */
  readonly runTouch: SojournFunction;
  /** Keeps the token of a hold. */
  readonly registerHold: SojournFunction;
  /** The last resort. */
  readonly markFailed: SojournFunction;
  /** In the order of the documents. */
  readonly deployed: readonly DeployedJourney[];
  private readonly role: Role;
  private readonly logs: LogGroup;
  private readonly retiredMachines: readonly string[];
  private readonly shared: Shared;

  constructor(scope: Construct, id: string, { shared, journeys, retiredMachines }: JourneysProps) {
    super(scope, id);
    this.retiredMachines = retiredMachines;
    this.shared = shared;
    // The touch's own state gives it 60 s.
    this.runTouch = this.step(shared, 'run-touch', 'Does the steps of a journey up to the next hold.', 50, 1024);
    this.registerHold = this.step(shared, 'register-hold', 'Registers the token of a hold.', 30, 512);
    this.markFailed = this.step(shared, 'mark-failed', 'Marks an enrollment failed, with the reason.', 30, 512);
    this.logs = new LogGroup(this, 'Logs', {
      retention: shared.defaults.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = this.machineRole(shared.defaults.isTraced);
    this.deployed = journeys.map((journey) => this.deploy(shared, journey));
    this.allowTasks('Answers', this.registerHold);
    shared.alarms.add({
      title: 'Enrollments failed',
      severity: 'ticket',
      metric: this.markFailed.metricInvocations({ period: Duration.minutes(15) }),
      threshold: 1,
    });
  }

  /** Lets functions start executions, of every version that is deployed or was. */
  allowStart(id: string, ...callers: readonly Function[]): void {
    const actions = ['states:StartExecution'];
    allowOnMachines(this, id, { callers, actions, machines: this.machines(), byVersion: true });
  }

  /** Lets functions complete or fail the tokens of holds. */
  allowTasks(id: string, ...callers: readonly Function[]): void {
    const actions = ['states:SendTaskSuccess', 'states:SendTaskFailure'];
    allowOnMachines(this, id, { callers, actions, machines: this.machines() });
  }

  /** Lets functions see what the versions of machines run. */
  allowLooks(id: string, ...callers: readonly Function[]): void {
    const actions = ['states:DescribeStateMachine'];
    allowOnMachines(this, id, { callers, actions, machines: this.machines(), byVersion: 'alone' });
  }

  /** Lets a function make and change machines, and tells it of what. */
  grantVersions(caller: Function): void {
    const { isTraced, stage } = this.shared.defaults;
    const actions = ['states:UpdateStateMachine', 'states:PublishStateMachineVersion'];
    allowOnMachines(this, 'Versions', { callers: [caller], actions, machines: this.machines() });
    caller.addToRolePolicy(
      new PolicyStatement({ actions: ['states:CreateStateMachine'], resources: [this.ownMachines] }),
    );
    caller.addToRolePolicy(
      new PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [this.role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'states.amazonaws.com' } },
      }),
    );
    explainOwn(caller.role!, this.ownMachines);
    caller.addEnvironment(
      ENV.machines,
      Stack.of(this).toJsonString({
        arnPrefix: `${this.arnOfMachines}${ownPrefix(stage)}`,
        roleArn: this.role.roleArn,
        logGroupArn: this.logs.logGroupArn,
        isTraced,
        functions: this.functions,
      }),
    );
  }

  /** Machines that were made without a deployment are called by the same, whatever they are of. */
  private get ownMachines(): string {
    return `${this.arnOfMachines}${ownPrefix(this.shared.defaults.stage)}*`;
  }
  private get arnOfMachines(): string {
    const { partition, region, account } = Stack.of(this);
    return `arn:${partition}:states:${region}:${account}:stateMachine:`;
  }
  private get functions(): { readonly [name: string]: string } {
    const { runTouch, registerHold, markFailed } = this;
    return {
      RunTouch: runTouch.functionArn,
      RegisterHold: registerHold.functionArn,
      MarkFailed: markFailed.functionArn,
    };
  }

  private machines(): readonly Machine[] {
    return [...this.deployed.map(({ machine }) => machine), ...this.retiredMachines, this.ownMachines];
  }

  private step(
    shared: Shared,
    name: 'run-touch' | 'register-hold' | 'mark-failed',
    does: string,
    seconds: number,
    memoryMiB: number,
  ): SojournFunction {
    const id = name.replace(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
    const timeout = Duration.seconds(seconds);
    const made = new SojournFunction(this, id, { defaults: shared.defaults, name, does, timeout, memoryMiB });
    shared.store.grantDecide(made);
    shared.secret.grantRead(made);
    pin(made, id);
    return made;
  }

  private deploy({ defaults: { isTraced } }: Shared, journey: JourneyVersion): DeployedJourney {
    const definition = new MachineDefinition(this, `${journey.id} definition`, compileStateMachine(journey));
    const machine = new CfnStateMachine(this, journey.id, {
      roleArn: this.role.roleArn,
      stateMachineType: 'STANDARD',
      definitionS3Location: definition.location,
      definitionSubstitutions: this.functions,
      tracingConfiguration: { enabled: isTraced },
      loggingConfiguration: {
        level: 'ERROR',
        includeExecutionData: false,
        destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: this.logs.logGroupArn } }],
      },
    });
    // A removed journey drains: people inside of it finish.
    machine.applyRemovalPolicy(RemovalPolicy.RETAIN);
    definition.describe(machine);
    if (!isTraced) explainNoTraces(machine);
    // Step Functions tries the role when a machine is made.
    machine.node.addDependency(this.role);
    Tags.of(machine).add('sojourn:journey', journey.id);
    Validations.of(machine).acknowledge({
      id: 'AwsSolutions-SF1',
      reason: 'Each transition would be logged, and paid for, a second time: the enrollment row has the path.',
    });
    return { journey, machine, version: this.version(journey, machine) };
  }

  /** Its logical id holds the document's hash: a changed document is a new resource, and the old one is retained. */
  private version(journey: JourneyVersion, machine: CfnStateMachine): CfnStateMachineVersion {
    const version = new CfnStateMachineVersion(this, `${journey.id} ${journey.version}`, {
      stateMachineArn: machine.attrArn,
      stateMachineRevisionId: machine.attrStateMachineRevisionId,
      description: journey.version,
    });
    version.overrideLogicalId(`Version${Buffer.from(journey.version, 'base64url').toString('hex')}`);
    version.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return version;
  }

  private machineRole(isTraced: boolean): Role {
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: [this.runTouch, this.registerHold, this.markFailed].map((one) => one.functionArn),
      }),
    );
    allowObservation(role, isTraced);
    pin(role, 'JourneysRole');
    return role;
  }
}

/** Versions that are retained go on calling what they were made with: it must never be replaced. */
function pin({ node }: Construct, logicalId: string): void {
  (node.defaultChild as CfnElement).overrideLogicalId(logicalId);
}
