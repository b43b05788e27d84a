import { CfnResource, type Stack } from 'aws-cdk-lib';
import { CfnManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { CannotDeploy } from './cannot-deploy.ts';
import { mostMachines } from './machine-access.ts';

/** What CloudFormation lets a stack hold. */
const mostResources = 500;
/** A machine, a version and a rule; and of four policies for forty ARNs each, six ARNs (`machine-access.ts`). */
const resourcesOfJourney = 3.15;
/** What IAM lets a role take of managed policies. */
const mostPolicies = 10;

/** What of a stack grows with the documents and the settings. */
export interface Growing {
  /** How many journeys are deployed. */
  readonly journeys: number;
  /** How many machines of removed journeys are still called. */
  readonly retiredMachines: number;
}

/** @throws CannotDeploy where a stack is too much for CloudFormation or IAM, which would say so after minutes */
export function needRoom(stack: Stack, growing: Growing): void {
  needResources(stack, growing.journeys);
  needPolicies(stack, growing);
}

function needResources(stack: Stack, journeys: number): void {
  const resources = stack.node.findAll().filter((one) => CfnResource.isCfnResource(one)).length;
  if (resources <= mostResources) return;
  const room = Math.max(0, journeys - Math.ceil((resources - mostResources) / resourcesOfJourney));
  throw new CannotDeploy(
    [
      `too-many-journeys: The ${journeys} journeys need ${resources} resources, and a stack of CloudFormation holds ${mostResources}.`,
      `There is room for about ${room} journeys. Delete those that nobody should enter any more (whoever is inside finishes: docs/deploying.md#removing-a-journey),`,
      'or make one journey with a branch of several that begin with the same event.',
    ].join('\n  '),
  );
}

function needPolicies(stack: Stack, { journeys, retiredMachines }: Growing): void {
  const most = Math.max(0, ...policiesByRole(stack).values());
  if (most <= mostPolicies) return;
  const machines = journeys + retiredMachines;
  throw new CannotDeploy(
    [
      `too-many-machines: The ${journeys} journeys and ${retiredMachines} retired machines need ${most} managed policies of one role, and IAM gives a role ${mostPolicies}.`,
      `There is room for ${mostMachines} machines, which is ${machines - mostMachines} fewer. Take those out of the context "retiredMachines" whose journeys nobody is inside of any more`,
      '(docs/deploying.md#removing-a-journey). A journey that is deleted counts for as long as its machine stands in that list.',
    ].join('\n  '),
  );
}

/** How many managed policies of the stack each of its roles takes. */
function policiesByRole(stack: Stack): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const one of stack.node.findAll()) {
    if (!(one instanceof CfnManagedPolicy)) continue;
    for (const role of (stack.resolve(one.roles) ?? []) as readonly unknown[]) {
      const name = JSON.stringify(role);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return counts;
}
