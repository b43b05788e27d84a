import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import * as ses from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';
import { ENV } from '../functions/env.ts';
import type { Alarms } from './alarms.ts';

/** Where emails come from, and who hears of their reputation. */
export interface EmailProps {
  /** Domain that emails come from. */
  readonly domain: string;
  /** Where alarms are added. */
  readonly alarms: Alarms;
}

/** The domain that emails come from, and their two streams: marketing does not spoil the name of receipts. */
export class Email extends Construct {
  /** The domain. */
  readonly identity: ses.EmailIdentity;
  /** What unsubscribing ends. */
  readonly marketing: ses.ConfigurationSet;
  /** Receipts and the like. */
  readonly transactional: ses.ConfigurationSet;

  constructor(scope: Construct, id: string, { domain, alarms }: EmailProps) {
    super(scope, id);
    this.identity = new ses.EmailIdentity(this, 'Domain', {
      identity: ses.Identity.domain(domain),
      mailFromDomain: `mail.${domain}`,
    });
    this.marketing = this.stream('Marketing');
    this.transactional = this.stream('Transactional');
    this.addAlarms(alarms);
  }

  /** Names of the sets, by which their events are told from those of others. */
  get configurationSets(): readonly string[] {
    return [this.marketing.configurationSetName, this.transactional.configurationSetName];
  }

  /** What the domain's DNS must say, by the name of an output. */
  get records(): Readonly<Record<string, string>> {
    const records = this.identity.dkimRecords.map(({ name, value }) => `${name} CNAME ${value}`);
    return Object.fromEntries(records.map((record, index) => [`Dkim${index + 1}`, record]));
  }

  /** Lets a function send, and tells it by which streams. */
  grantSend(caller: Function): void {
    const { partition, region, account } = Stack.of(this);
    const sets = this.configurationSets.map(
      (name) => `arn:${partition}:ses:${region}:${account}:configuration-set/${name}`,
    );
    Grant.addToPrincipal({
      grantee: caller,
      actions: ['ses:SendEmail', 'ses:SendRawEmail'],
      resourceArns: [this.identity.emailIdentityArn, ...sets],
    });
    // How fast the account may send.
    Grant.addToPrincipal({ grantee: caller, actions: ['ses:GetAccount'], resourceArns: ['*'] });
    Validations.of(caller.role!).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'The account of SES has no resource to name, as X-Ray has none where it is on.',
    });
    caller.addEnvironment(ENV.marketingConfigurationSet, this.marketing.configurationSetName);
    caller.addEnvironment(ENV.transactionalConfigurationSet, this.transactional.configurationSetName);
  }

  private stream(id: string): ses.ConfigurationSet {
    const set = new ses.ConfigurationSet(this, id, {
      reputationMetrics: true,
      // Suppressions are rows of ours, by purpose: the account's list would also stop receipts, and say nothing.
      disableSuppressionList: true,
    });
    set.addEventDestination('Reports', {
      destination: ses.EventDestination.eventBus(EventBus.fromEventBusName(this, `${id}Bus`, 'default')),
      events: reported,
    });
    return set;
  }

  /** AWS looks at an account from 5 % bounces and 0.1 % complaints; mailbox providers from less. */
  private addAlarms(alarms: Alarms): void {
    const rate = (metricName: string): Metric =>
      new Metric({ namespace: 'AWS/SES', metricName, statistic: 'Maximum', period: Duration.hours(1) });
    const severity = 'page';
    alarms.add({ title: 'Bounces', severity, metric: rate('Reputation.BounceRate'), threshold: 0.02 });
    alarms.add({ title: 'Complaints', severity, metric: rate('Reputation.ComplaintRate'), threshold: 0.0005 });
  }
}

const reported = [
  ses.EmailSendingEvent.SEND,
  ses.EmailSendingEvent.REJECT,
  ses.EmailSendingEvent.BOUNCE,
  ses.EmailSendingEvent.COMPLAINT,
  ses.EmailSendingEvent.DELIVERY,
  ses.EmailSendingEvent.DELIVERY_DELAY,
  ses.EmailSendingEvent.OPEN,
  ses.EmailSendingEvent.CLICK,
];
