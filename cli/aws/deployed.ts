import { CloudFormationClient, DescribeStacksCommand, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { asked, CannotRun } from './cannot-run.ts';

/** Which deployment is meant. */
export interface Where {
  readonly stage: string;
  /** Where none is given, the shell's own. */
  readonly region?: string;
}
/** How every client of the command is made; credentials come as the shell has them. */
export const clientOf = ({ region }: Where): { readonly region?: string; readonly maxAttempts: number } => ({
  ...(region !== undefined && { region }),
  maxAttempts: 4,
});

export type StackName = 'App' | 'Data';
const nameOf = ({ stage }: Where, stack: StackName): string => `Sojourn-${stage}-${stack}`;

/** What a stack tells of itself. @throws CannotRun `no-such-stack` */
export async function outputsOf(where: Where, stack: StackName): Promise<ReadonlyMap<string, string>> {
  const StackName = nameOf(where, stack);
  const client = new CloudFormationClient(clientOf(where));
  const asking = { doing: `read the stack ${StackName}`, action: 'cloudformation:DescribeStacks' };
  const answer = await asked(asking, client.send(new DescribeStacksCommand({ StackName })).catch(unlessMissing));
  const [found] = answer?.Stacks ?? [];
  if (!found)
    throw new CannotRun(
      'no-such-stack',
      asking.doing,
      'there is none of that name here.',
      'Look at --stage and --region; "npx cdk deploy --all" makes it.',
    );
  return new Map((found.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
}

/** CloudFormation has no name of its own for this. */
function unlessMissing(error: unknown): undefined {
  if (error instanceof Error && error.name === 'ValidationError' && error.message.includes('does not exist')) return;
  throw error;
}

/** One output. @throws CannotRun where the stack is older than this command */
export function outputOf(outputs: ReadonlyMap<string, string>, name: string): string {
  const value = outputs.get(name);
  if (value !== undefined) return value;
  throw new CannotRun(
    'stack-outdated',
    'find what was deployed',
    `the stack has no output ${name}.`,
    'Deploy it again: "npm run build", then "npx cdk deploy --all".',
  );
}

/** How many functions are deployed. */
export async function countFunctions(where: Where): Promise<number> {
  const StackName = nameOf(where, 'App');
  const client = new CloudFormationClient(clientOf(where));
  let count = 0;
  let NextToken: string | undefined;
  do {
    const page = await asked(
      { doing: `list what is in ${StackName}`, action: 'cloudformation:ListStackResources' },
      client.send(new ListStackResourcesCommand({ StackName, ...(NextToken && { NextToken }) })),
    );
    count += (page.StackResourceSummaries ?? []).filter((one) => one.ResourceType === 'AWS::Lambda::Function').length;
    NextToken = page.NextToken;
  } while (NextToken);
  return count;
}
