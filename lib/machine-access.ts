import { Stack, Validations } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import type { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct, IConstruct } from 'constructs';

/** A machine of this stack, or the ARN of one that this stack made once. */
export type Machine = CfnStateMachine | string;

/** Who may do what with which machines. */
export interface MachineAccess {
  /** Their roles are given the policies. */
  readonly callers: readonly Function[];
  /** As IAM names them. */
  readonly actions: readonly string[];
  readonly machines: readonly Machine[];
  /** Whether the actions are asked for by a version, or by nothing else. @default false */
  readonly byVersion?: boolean | 'alone';
}

/** A policy holds 6,144 characters; an ARN at most 148, since a machine's name is at most 80. */
const arnsOfOnePolicy = 40;
/**
 * Machines, retired ones included, that functions can be let at: `wake-due` has two ARNs of each to start it and one to
 * tell it, in policies of their own. Of 120 these are 6 + 3 policies, of 121 they are 7 + 4, and a role takes ten. One of
 * them is a pattern for all that are made without a deployment.
 */
export const mostMachines = 119;

/**
 * Lets functions do something with machines. The inline policies of a role are 10,240 characters together, which is
 * thirty machines; these are managed ones, of which a role takes ten. They are policies of their own, since machines
 * need the functions: functions must not wait for a policy that names machines.
 */
export function allowOnMachines(scope: Construct, id: string, access: MachineAccess): void {
  const { callers, actions, machines, byVersion = false } = access;
  const arns = machines.flatMap((machine) => {
    const one = { arn: arnOf(machine) };
    // A pattern fits versions too.
    if (!byVersion || isPattern(machine)) return [one];
    const versions = { arn: `${one.arn}:*`, star: `${starOf(machine)}:*` };
    return byVersion === 'alone' ? [versions] : [one, versions];
  });
  for (let from = 0; from < arns.length; from += arnsOfOnePolicy) {
    const some: readonly { readonly arn: string; readonly star?: string }[] = arns.slice(from, from + arnsOfOnePolicy);
    const policy = new ManagedPolicy(scope, `${id}${from / arnsOfOnePolicy + 1}`, {
      statements: [new PolicyStatement({ actions: [...actions], resources: some.map(({ arn }) => arn) })],
      roles: callers.map((caller) => caller.role!),
    });
    for (const { arn } of some) if (!arn.endsWith(':*') && isPattern(arn)) explainOwn(policy, arn);
    for (const { star } of some)
      if (star !== undefined)
        Validations.of(policy).acknowledge({
          id: `AwsSolutions-IAM5[Resource::${star}]`,
          reason: 'Enrollments are started by the version that they entered, and versions are numbered by AWS.',
        });
  }
}

/** What is made without a deployment has no ARN yet when this is written. */
export function explainOwn(scope: IConstruct, arn: string): void {
  Validations.of(scope).acknowledge({
    id: `AwsSolutions-IAM5[Resource::${nagOf(scope, arn)}]`,
    reason: 'What is published without a deployment is made under names that begin so, and by nobody else.',
  });
}
/** How cdk-nag writes an ARN with tokens in it. */
const nagOf = (scope: IConstruct, arn: string): string => {
  const resolved: unknown = Stack.of(scope).resolve(arn);
  const parts =
    typeof resolved === 'object' && resolved !== null && 'Fn::Join' in resolved
      ? (resolved['Fn::Join'] as readonly [string, readonly unknown[]])[1]
      : [resolved];
  return parts.map((part) => (typeof part === 'string' ? part : `<${nameOf(part)}>`)).join('');
};
const nameOf = (part: unknown): string => {
  const [given] = Object.values(part as Record<string, unknown>);
  return Array.isArray(given) ? given.join('.') : String(given);
};

const isPattern = (machine: Machine): boolean => typeof machine === 'string' && machine.endsWith('*');
const arnOf = (machine: Machine): string => (typeof machine === 'string' ? machine : machine.attrArn);
/** How cdk-nag writes it. */
const starOf = (machine: Machine): string =>
  typeof machine === 'string' ? machine : `<${Stack.of(machine).resolve(machine.logicalId) as string}.Arn>`;
