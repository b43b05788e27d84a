import { Grant } from 'aws-cdk-lib/aws-iam';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import * as smsvoice from 'aws-cdk-lib/aws-smsvoice';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { ENV } from '../functions/env.ts';

/** Where texts come from, and where their reports go. */
export interface TextsProps {
  /** ARNs of phone numbers and sender ids: they are registered by hand, which takes days to weeks. */
  readonly origins: readonly string[];
  /** Who answers HELP and STOP. */
  readonly company: string;
  /** Where reports go. */
  readonly reports: ITopic;
}

/** What texts are sent from: a pool of origins, with a list of those who said STOP. */
export class Texts extends Construct {
  /** What texts are sent from. */
  readonly pool: smsvoice.CfnPool;
  /** What makes AWS report on them. */
  readonly configurationSet: smsvoice.CfnConfigurationSet;

  constructor(scope: Construct, id: string, { origins, company, reports }: TextsProps) {
    super(scope, id);
    const optOuts = new smsvoice.CfnOptOutList(this, 'OptOuts');
    this.pool = new smsvoice.CfnPool(this, 'Pool', {
      originationIdentities: [...origins],
      optOutListName: optOuts.ref,
      // AWS answers STOP and keeps the list; the reports tell us, and we suppress too.
      selfManagedOptOutsEnabled: false,
      mandatoryKeywords: {
        stop: { message: `${company}: you will get no more messages from us.` },
        help: { message: `${company}: reply STOP to get no more messages.` },
      },
    });
    this.configurationSet = new smsvoice.CfnConfigurationSet(this, 'Reported', {
      eventDestinations: [
        {
          eventDestinationName: 'reports',
          enabled: true,
          matchingEventTypes: ['TEXT_ALL'],
          snsDestination: { topicArn: reports.topicArn },
        },
      ],
    });
    this.configurationSet.node.addDependency(reports);
  }

  /** Lets a function send texts, and tells it from where. */
  grantSend(caller: Function): void {
    Grant.addToPrincipal({
      grantee: caller,
      actions: ['sms-voice:SendTextMessage'],
      resourceArns: [this.pool.attrArn],
    });
    caller.addEnvironment(ENV.smsPool, this.pool.attrPoolId);
    caller.addEnvironment(ENV.smsConfigurationSet, this.configurationSet.ref);
  }
}
