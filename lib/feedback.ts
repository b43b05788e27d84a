import { Stack } from 'aws-cdk-lib';
import { AnyPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Shared } from './shared.ts';
import { SojournFunction } from './sojourn-function.ts';
import { WorkQueue } from './work-queue.ts';

/** Whose reports are taken. */
export interface FeedbackProps {
  /** What every construct is given. */
  readonly shared: Shared;
  /** Names of the SES configuration sets whose events are ours. @default events of all */
  readonly configurationSets: readonly string[];
}

/** How what providers report (delivered, bounced, complained, opened, clicked, STOP) becomes events. */
export class Feedback extends Construct {
  /** Worker of the queue. */
  readonly takeFeedback: SojournFunction;
  /** Where SMS and push say what became of a message. */
  readonly reports: sns.Topic;

  constructor(scope: Construct, id: string, { shared, configurationSets }: FeedbackProps) {
    super(scope, id);
    this.takeFeedback = new SojournFunction(this, 'TakeFeedback', {
      defaults: shared.defaults,
      name: 'take-feedback',
      does: 'Commits what providers report as events.',
    });
    shared.store.grantDecide(this.takeFeedback);
    shared.secret.grantRead(this.takeFeedback);
    const queue = new WorkQueue(this, 'Reports', { deadLetters: shared.deadLetters, worker: this.takeFeedback });
    queue.letRulesWrite();
    // SES reports to the default bus only.
    queue.addRule(this, 'Emails', {
      does: 'What SES reports of our emails.',
      pattern: {
        source: ['aws.ses'],
        ...(configurationSets.length > 0 && {
          detail: { mail: { tags: { 'ses:configuration-set': configurationSets } } },
        }),
      },
    });
    this.reports = this.topic();
    this.reports.addSubscription(
      new SqsSubscription(queue.queue, { rawMessageDelivery: true, deadLetterQueue: shared.deadLetters.undelivered }),
    );
  }

  /** Written to by End User Messaging, and by platform applications in the account's own name. */
  private topic(): sns.Topic {
    const { account } = Stack.of(this);
    const topic = new sns.Topic(this, 'Topic', { displayName: 'Sojourn: SMS and push reports', enforceSSL: true });
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('sms-voice.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    );
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceOwner': account } },
      }),
    );
    return topic;
  }
}
