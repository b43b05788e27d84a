import { DescribeStateMachineCommand, type SFNClient } from '@aws-sdk/client-sfn';
import type { JourneyVersion } from '../../core/definitions.ts';

/**
 * Whether a version of a machine runs a version of a journey, whatever its description says: each of its tasks tells of
 * which version it is. False where there is no such version.
 */
export async function runsDocument(
  client: SFNClient,
  stateMachineArn: string,
  { version }: Pick<JourneyVersion, 'version'>,
): Promise<boolean> {
  try {
    const { definition = '{}' } = await client.send(new DescribeStateMachineCommand({ stateMachineArn }));
    // Steps travel as text of their own, in which quotation marks are escaped.
    return JSON.stringify(JSON.parse(definition)).includes(`"version":${JSON.stringify(version)}`);
  } catch (error) {
    if (error instanceof Error && error.name === 'StateMachineDoesNotExist') return false;
    throw error;
  }
}
