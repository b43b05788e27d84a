import type { Deployment } from '../../test/aws/deployment/deployment.ts';
import type { Line, Meter } from './meter.ts';
import { prices } from './prices.ts';

const minutesOfMonth = 43_200;
/** Alarms that every account has for nothing, and requests of queues. */
const freeAlarmMetrics = 10;
const freeQueueRequests = 1_000_000;
/** Lambda asks an empty queue with this many pollers, each waiting 20 s for something to come. */
const pollers = 5;
const longPollsAMinute = 3;

interface Properties {
  readonly [name: string]: unknown;
}

/** What a deployment costs in a month in which nothing happens, item by item: what stands in its template, and its ticks. */
export async function idleCost(deployed: Deployment, meter: Meter): Promise<readonly Line[]> {
  return [...standing(deployed), ...(await ticks(deployed, meter))];
}

function standing(deployed: Deployment): readonly Line[] {
  const { templates } = deployed;
  const all = (type: string): readonly Properties[] =>
    templates.ofType(type).map(([, { Properties = {} }]) => Properties);
  const metrics = all('AWS::CloudWatch::Alarm').reduce((sum, alarm) => sum + metricsOf(alarm), 0);
  const mapped = all('AWS::Lambda::EventSourceMapping').filter(({ EventSourceArn }) =>
    templates.text(EventSourceArn as never).includes(':sqs:'),
  );
  const polls = mapped.length * pollers * longPollsAMinute * minutesOfMonth;
  const keys = all('AWS::KMS::Key').length;
  const secrets = all('AWS::SecretsManager::Secret').length;
  return [
    { item: 'keys', by: 'template', count: keys, dollars: keys * prices.key },
    { item: 'secrets', by: 'template', count: secrets, dollars: secrets * prices.secret },
    {
      item: `metrics of alarms beyond ${freeAlarmMetrics} free ones`,
      by: 'template',
      count: metrics,
      dollars: Math.max(0, metrics - freeAlarmMetrics) * prices.alarmMetric,
    },
    {
      item: `polls of ${mapped.length} empty queues beyond a million free ones`,
      by: 'Lambda',
      count: polls,
      dollars: Math.max(0, polls - freeQueueRequests) * prices.orderedQueueRequest,
    },
  ];
}

/** An alarm is charged by the metrics that it looks at. */
function metricsOf({ Metrics, MetricName }: Properties): number {
  if (MetricName !== undefined) return 1;
  return (Metrics as readonly { readonly MetricStat?: object }[]).filter((one) => one.MetricStat).length;
}

/** What schedules call, and how often in a month. */
const ticking = [
  { names: ['find-due', 'begin-rounds'], times: minutesOfMonth, everyMs: 60_000 },
  { names: ['decide-winners'], times: minutesOfMonth / 60, everyMs: 3_600_000 },
] as const;
/** Times of each that are measured, after some that fill what containers keep. */
const seen = 15;
const warm = 5;

/** Some ticks of schedules at which there is nothing to do, as a month of them. */
async function ticks(deployed: Deployment, meter: Meter): Promise<readonly Line[]> {
  const found: Line[] = [];
  for (const { names, times, everyMs } of ticking) {
    const tick = async (): Promise<void> => {
      deployed.nowMs += everyMs;
      for (const name of names) await deployed.strike(name);
    };
    for (let count = 0; count < warm; count++) await tick();
    meter.start();
    for (let count = 0; count < seen; count++) await tick();
    const scale = times / seen;
    found.push(...meter.stop().map((line) => ({ ...line, count: line.count * scale, dollars: line.dollars * scale })));
  }
  return found;
}
