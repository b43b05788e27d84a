import { Stack, Validations } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import type { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';

/** A machine of this stack, or the ARN of one that this stack made once. */
export type Machine = CfnStateMachine | string;

/** Who may do what with which machines. */
export interface MachineAccess {
  /** Their roles are given the policies. */
  readonly callers: readonly Function[];
  /** As IAM names them. */
  readonly actions: readonly string[];
  /** All of them; of every one also its versions, where that is said. */
  readonly machines: readonly Machine[];
  /** Whether the actions are asked for by a version. @default false */
  readonly byVersion?: boolean;
}

/** A policy holds 6,144 characters; an ARN at most 148, since a machine's name is at most 80. */
const arnsOfOnePolicy = 40;
/**
 * Machines, retired ones included, that functions can be let at: `wake-due` has two ARNs of each to start it and one to
 * tell it, in policies of their own. Of 120 these are 6 + 3 policies, of 121 they are 7 + 4, and a role takes ten.
 */
export const mostMachines = 120;

/**
 * Lets functions do something with machines. The inline policies of a role are 10,240 characters together, which is
 * thirty machines; these are managed ones, of which a role takes ten. They are policies of their own, since machines
 * need the functions: functions must not wait for a policy that names machines.
 */
export function allowOnMachines(scope: Construct, id: string, access: MachineAccess): void {
  const { callers, actions, machines, byVersion = false } = access;
  const arns = machines.flatMap((machine) => {
    const one = { arn: arnOf(machine) };
    return byVersion ? [one, { arn: `${one.arn}:*`, star: `${starOf(machine)}:*` }] : [one];
  });
  for (let from = 0; from < arns.length; from += arnsOfOnePolicy) {
    const some: readonly { readonly arn: string; readonly star?: string }[] = arns.slice(from, from + arnsOfOnePolicy);
    const policy = new ManagedPolicy(scope, `${id}${from / arnsOfOnePolicy + 1}`, {
      statements: [new PolicyStatement({ actions: [...actions], resources: some.map(({ arn }) => arn) })],
      roles: callers.map((caller) => caller.role!),
    });
    for (const { star } of some)
      if (star !== undefined)
        Validations.of(policy).acknowledge({
          id: `AwsSolutions-IAM5[Resource::${star}]`,
          reason: 'Enrollments are started by the version that they entered, and versions are numbered by AWS.',
        });
  }
}

const arnOf = (machine: Machine): string => (typeof machine === 'string' ? machine : machine.attrArn);
/** How cdk-nag writes it. */
const starOf = (machine: Machine): string =>
  typeof machine === 'string' ? machine : `<${Stack.of(machine).resolve(machine.logicalId) as string}.Arn>`;
