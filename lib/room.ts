import { CfnResource, type Stack } from 'aws-cdk-lib';
import { CannotDeploy } from './cannot-deploy.ts';

/** What CloudFormation lets a stack hold. */
const mostResources = 500;
/** A machine, a version and a rule; and of three policies for forty ARNs each, four ARNs (`machine-access.ts`). */
const resourcesOfJourney = 3.1;

/** @throws CannotDeploy where a stack has too many journeys for CloudFormation, which would say so after minutes */
export function needRoom(stack: Stack, journeys: number): void {
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
