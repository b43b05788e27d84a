import { Validations } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';

const logging = [
  'logs:CreateLogDelivery',
  'logs:GetLogDelivery',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:DescribeResourcePolicies',
  'logs:DescribeLogGroups',
];
const tracing = [
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
];

/** Lets a machine log, and be traced where it is: none of it knows resources. */
export function allowObservation(role: Role, isTraced: boolean): void {
  const actions = isTraced ? [...logging, ...tracing] : logging;
  role.addToPolicy(new PolicyStatement({ actions, resources: ['*'] }));
  Validations.of(role).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason:
      'Log deliveries and X-Ray know no resources: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html',
  });
}

export function explainNoTraces(machine: CfnStateMachine): void {
  Validations.of(machine).acknowledge({
    id: 'AwsSolutions-SF2',
    reason: 'A sampled trace costs as much as an event; the context `tracing` turns them on.',
  });
}
