import { Duration } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { MathExpression, Metric, Stats, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { combined } from './alarms.ts';
import type { Shared } from './shared.ts';
import { metricNamespace, serviceName } from './sojourn-function.ts';

/** What is watched as a whole. */
export interface HealthProps {
  /** What every construct is given. */
  readonly shared: Shared;
  /** Functions that read the table's stream. */
  readonly streamReaders: readonly Function[];
  /** Functions whose errors are answers: a journey that was left throws. */
  readonly answersByError: readonly Function[];
  /** Dollars a month above which somebody is told. */
  readonly monthlyBudget: number;
}

/** Alarms over the system as a whole, and the budget. Those of one capability are with it. */
export class Health extends Construct {
  /** Age of the oldest record of the stream that was not read yet. */
  readonly streamLag: IMetric;
  /** Time from a conversion until a journey that it ended was told. */
  readonly exclusionLatency: IMetric;
  /** Messages that a provider refused for good, or whose hand-over is unknown. */
  readonly sendFailures: IMetric;
  /** Coupons given out of the last tenth of a pool, or wanted where there were none left. */
  readonly couponsLow: IMetric;
  /** Journeys that were stopped since they wrote to one person again and again. */
  readonly breakerTrips: IMetric;
  /** Objects of the lake that could not be read, and may say something of people who were erased. */
  readonly lakeUnread: IMetric;
  /** Variants of experiments that were stopped, since they did harm. */
  readonly variantsStopped: IMetric;
  /** Executions of the account that have not ended. */
  readonly openExecutions: IMetric;

  constructor(scope: Construct, id: string, props: HealthProps) {
    super(scope, id);
    const { shared, streamReaders } = props;
    this.streamLag = combined(
      'MAX',
      streamReaders.map((reader) => reader.metric('IteratorAge', { statistic: Stats.MAXIMUM })),
    );
    this.exclusionLatency = ownMetric(shared, 'ExclusionLatency', Stats.MAXIMUM);
    this.sendFailures = ownMetric(shared, 'SendFailures', Stats.SUM);
    this.couponsLow = ownMetric(shared, 'CouponsLow', Stats.SUM);
    this.breakerTrips = ownMetric(shared, 'BreakerTrips', Stats.SUM);
    this.lakeUnread = ownMetric(shared, 'LakeObjectsUnread', Stats.SUM);
    this.variantsStopped = ownMetric(shared, 'VariantsStopped', Stats.SUM);
    this.openExecutions = accountMetric('AWS/States', 'OpenExecutionCount', Stats.MAXIMUM);
    this.addAlarms(props);
    this.addBudget(props);
  }

  private addAlarms({ shared: { alarms, store }, answersByError }: HealthProps): void {
    const hourMs = Duration.hours(1).toMilliseconds();
    alarms.add({ title: 'Stream lag', severity: 'page', metric: this.streamLag, threshold: hourMs });
    alarms.add({
      title: 'Exclusion latency',
      severity: 'page',
      metric: this.exclusionLatency,
      threshold: Duration.minutes(15).toMilliseconds(),
    });
    alarms.add({ title: 'Send failures', severity: 'page', metric: this.sendFailures, threshold: 10 });
    alarms.add({ title: 'Few coupons', severity: 'ticket', metric: this.couponsLow, threshold: 1 });
    alarms.add({ title: 'Runaway breaker', severity: 'page', metric: this.breakerTrips, threshold: 1 });
    alarms.add({ title: 'Lake not swept', severity: 'ticket', metric: this.lakeUnread, threshold: 1 });
    alarms.add({ title: 'Variant stopped', severity: 'ticket', metric: this.variantsStopped, threshold: 1 });
    const throttles = [
      accountMetric('AWS/Lambda', 'Throttles', Stats.SUM),
      store.table.metric('WriteThrottleEvents', { statistic: Stats.SUM }),
    ];
    alarms.add({
      title: 'Throttles',
      severity: 'ticket',
      metric: combined('SUM', throttles),
      threshold: 50,
      periods: 3,
    });
    alarms.add({
      title: 'Open executions',
      severity: 'ticket',
      metric: this.openExecutions,
      // The quota of an account is 1,000,000, which everybody inside of a journey counts for, however long they wait.
      threshold: 800_000,
    });
    alarms.add({
      title: 'Function errors',
      severity: 'ticket',
      metric: errorsBut(answersByError),
      threshold: 5,
      periods: 2,
    });
  }

  private addBudget({ shared: { alarms }, monthlyBudget }: HealthProps): void {
    const subscribers = [{ subscriptionType: 'SNS', address: alarms.topics.ticket.topicArn }];
    const notify = (notificationType: string, threshold: number): CfnBudget.NotificationWithSubscribersProperty => ({
      notification: { notificationType, threshold, comparisonOperator: 'GREATER_THAN', thresholdType: 'PERCENTAGE' },
      subscribers,
    });
    new CfnBudget(this, 'Budget', {
      budget: { budgetType: 'COST', timeUnit: 'MONTHLY', budgetLimit: { amount: monthlyBudget, unit: 'USD' } },
      notificationsWithSubscribers: [notify('FORECASTED', 100), notify('ACTUAL', 80)],
    }).node.addDependency(alarms.topics.ticket);
  }
}

/** All errors of the account's functions, without those of a few that throw to say something. */
function errorsBut(spared: readonly Function[]): MathExpression {
  const metrics = spared.map((one) => one.metricErrors());
  const usingMetrics = {
    all: accountMetric('AWS/Lambda', 'Errors', Stats.SUM),
    ...Object.fromEntries(metrics.map((metric, index) => [`spared${index}`, metric])),
  };
  const expression = ['FILL(all, 0)', ...metrics.map((_, index) => `FILL(spared${index}, 0)`)].join(' - ');
  return new MathExpression({ expression, usingMetrics, period: Duration.minutes(5) });
}

/** A metric without dimensions: the whole account's, which costs one alarm metric instead of one per function. */
const accountMetric = (namespace: string, metricName: string, statistic: string): Metric =>
  new Metric({ namespace, metricName, statistic, period: Duration.minutes(5) });

const ownMetric = ({ defaults }: Shared, metricName: string, statistic: string): Metric =>
  new Metric({
    namespace: metricNamespace,
    metricName,
    statistic,
    dimensionsMap: { service: serviceName(defaults.stage) },
    period: Duration.minutes(5),
  });
