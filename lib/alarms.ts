import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

/** `page`: somebody gets up. `ticket`: somebody looks on the next working day. */
export type Severity = 'page' | 'ticket';

/** One thing that somebody must look at. */
export interface AlarmProps {
  /** Its name in the alarm's description; also the heading of its article in the runbook. */
  readonly title: string;
  /** Who must look, and when. */
  readonly severity: Severity;
  /** The number that is watched. */
  readonly metric: cloudwatch.IMetric;
  /** In the unit of the metric. */
  readonly threshold: number;
  /** @default at or above the threshold */
  readonly when?: cloudwatch.ComparisonOperator;
  /** Periods that must be bad in a row. @default 1 */
  readonly periods?: number;
  /** Whether silence is bad too. @default false */
  readonly isSilenceBad?: boolean;
}

/** Who is told, and where to read what to do. */
export interface AlarmsProps {
  /** Address of the runbook, without the `#` of an article. */
  readonly runbook: string;
  /** Who is mailed. @default nobody */
  readonly email?: string | undefined;
}

/** The alarms of a deployment, and the two topics that they speak on: one per severity. */
export class Alarms extends Construct {
  /** Every alarm, in the order of adding. */
  readonly all: cloudwatch.Alarm[] = [];
  /** Where each severity speaks. */
  readonly topics: Readonly<Record<Severity, sns.Topic>>;
  private readonly runbook: string;

  constructor(scope: Construct, id: string, { runbook, email }: AlarmsProps) {
    super(scope, id);
    this.runbook = runbook;
    this.topics = { page: this.topic('Page', email), ticket: this.topic('Ticket', email) };
  }

  /** Adds an alarm. Each metric in it costs $0.10 a month: aggregate. */
  add(props: AlarmProps): cloudwatch.Alarm {
    const alarm = new cloudwatch.Alarm(this, props.title, {
      alarmDescription: `${props.title} | ${props.severity} | ${this.runbook}#${articleOf(props.title)}`,
      metric: props.metric,
      threshold: props.threshold,
      comparisonOperator: props.when ?? cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: props.periods ?? 1,
      treatMissingData: props.isSilenceBad
        ? cloudwatch.TreatMissingData.BREACHING
        : cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    const action = new SnsAction(this.topics[props.severity]);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    this.all.push(alarm);
    return alarm;
  }

  private topic(id: string, email: string | undefined): sns.Topic {
    const topic = new sns.Topic(this, id, { displayName: `Sojourn: ${id.toLowerCase()}`, enforceSSL: true });
    for (const service of ['cloudwatch', 'budgets'])
      topic.addToResourcePolicy(
        new PolicyStatement({
          principals: [new ServicePrincipal(`${service}.amazonaws.com`)],
          actions: ['sns:Publish'],
          resources: [topic.topicArn],
          conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
        }),
      );
    if (email !== undefined) topic.addSubscription(new EmailSubscription(email));
    return topic;
  }
}

/** The article of an alarm: how a Markdown heading of its title is linked to. */
export const articleOf = (title: string): string => title.toLowerCase().replaceAll(' ', '-');

/** The sum, highest or lowest of some metrics, as one number. Silent ones count as 0. */
export function combined(
  how: 'SUM' | 'MAX',
  metrics: readonly cloudwatch.IMetric[],
  period: Duration = Duration.minutes(5),
): cloudwatch.MathExpression {
  const using = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
  const filled = Object.keys(using).map((id) => `FILL(${id}, 0)`);
  return new cloudwatch.MathExpression({ expression: `${how}([${filled.join(', ')}])`, usingMetrics: using, period });
}
