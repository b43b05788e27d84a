import { isDeepStrictEqual } from 'node:util';
import {
  CreateStateMachineCommand,
  DescribeStateMachineCommand,
  UpdateStateMachineCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import type { JourneyVersion } from '../../core/definitions.ts';
import { compileStateMachine } from '../../core/journey/compile.ts';
import { ownName } from './own-name.ts';

/** What machines are made of, as the deployment makes its own. */
export interface MachineSettings {
  /** ARN of a machine of ours, up to the journey's own part. */
  readonly arnPrefix: string;
  readonly roleArn: string;
  readonly logGroupArn: string;
  readonly isTraced: boolean;
  /** Name in a definition (`RunTouch`) → ARN of the function. */
  readonly functions: { readonly [name: string]: string };
}

/** State machines of journeys, made and changed without a deployment: by the same compiler, under the same role. */
export class JourneyMachines {
  private readonly client: SFNClient;
  private readonly settings: MachineSettings;
  constructor(client: SFNClient, settings: MachineSettings) {
    this.client = client;
    this.settings = settings;
  }

  /**
   * Makes a version of a journey's machine. Made again, it may be a version more of the same definition: nobody is in it.
   * @param machineArn where the journey has one
   * @returns ARN of the version
   */
  async publish(journey: JourneyVersion, machineArn: string | undefined): Promise<string> {
    if (machineArn !== undefined) return this.change(journey, machineArn);
    const own = ownName(this.settings.arnPrefix, journey.id);
    try {
      return await this.create(journey, own);
    } catch (error) {
      // It was made of another document, by a try that died, or for a journey that was removed and comes back.
      if (error instanceof Error && error.name === 'StateMachineAlreadyExists') return this.change(journey, own);
      throw error;
    }
  }

  /** Whether a version is there, and runs what its document compiles to. */
  async look(journey: JourneyVersion, versionArn: string): Promise<'same' | 'other' | 'gone'> {
    try {
      const { definition = '{}' } = await this.client.send(
        new DescribeStateMachineCommand({ stateMachineArn: versionArn }),
      );
      const compiled: unknown = JSON.parse(this.definitionOf(journey));
      return isDeepStrictEqual(JSON.parse(definition) as unknown, compiled) ? 'same' : 'other';
    } catch (error) {
      if (error instanceof Error && error.name === 'StateMachineDoesNotExist') return 'gone';
      throw error;
    }
  }

  private async create(journey: JourneyVersion, arn: string): Promise<string> {
    const { roleArn, logGroupArn, isTraced } = this.settings;
    const { stateMachineVersionArn } = await this.client.send(
      new CreateStateMachineCommand({
        name: arn.slice(arn.lastIndexOf(':') + 1),
        type: 'STANDARD',
        roleArn,
        definition: this.definitionOf(journey),
        loggingConfiguration: {
          level: 'ERROR',
          includeExecutionData: false,
          destinations: [{ cloudWatchLogsLogGroup: { logGroupArn } }],
        },
        tracingConfiguration: { enabled: isTraced },
        publish: true,
        versionDescription: journey.version,
      }),
    );
    return stateMachineVersionArn!;
  }
  private async change(journey: JourneyVersion, stateMachineArn: string): Promise<string> {
    const { stateMachineVersionArn } = await this.client.send(
      new UpdateStateMachineCommand({
        stateMachineArn,
        definition: this.definitionOf(journey),
        publish: true,
        versionDescription: journey.version,
      }),
    );
    return stateMachineVersionArn!;
  }

  private definitionOf(journey: JourneyVersion): string {
    const { functions } = this.settings;
    return JSON.stringify(compileStateMachine(journey)).replace(
      /\$\{(\w+)\}/g,
      (whole, name: string) => functions[name] ?? whole,
    );
  }
}
