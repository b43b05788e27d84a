import { Validations } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { ENV } from '../functions/env.ts';
import type { Settings } from './settings.ts';

/** Which apps are pushed to. */
export interface PushProps {
  /** Device type → ARN of its SNS platform application: CloudFormation cannot make them. */
  readonly applications: Settings['pushApplications'];
}

/** Push messages to apps. Web push needs nothing of AWS. */
export class Push extends Construct {
  private readonly applications: PushProps['applications'];

  constructor(scope: Construct, id: string, { applications }: PushProps) {
    super(scope, id);
    this.applications = applications;
  }

  /** Lets a function push to the devices of these applications, and tells it which there are. */
  grantSend(caller: Function): void {
    const applications = Object.values(this.applications);
    const endpoints = applications.map((arn) => `${arn.replace(':app/', ':endpoint/')}/*`);
    caller.addEnvironment(ENV.pushApplications, JSON.stringify(this.applications));
    if (applications.length === 0) return;
    Grant.addToPrincipal({ grantee: caller, actions: ['sns:Publish'], resourceArns: endpoints });
    Grant.addToPrincipal({
      grantee: caller,
      actions: ['sns:CreatePlatformEndpoint'],
      resourceArns: applications,
    });
    for (const endpoint of endpoints)
      Validations.of(caller.role!).acknowledge({
        id: `AwsSolutions-IAM5[Resource::${endpoint}]`,
        reason: 'Each device is an endpoint of its own, made when its first message is sent.',
      });
  }
}
