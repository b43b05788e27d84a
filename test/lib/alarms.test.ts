import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { metricNamespace } from '../../lib/sojourn-function.ts';
import { ofType, synthesize } from './synthesis.ts';

const { running } = synthesize();
const alarms = ofType(running, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);
const articles = readFileSync('docs/runbook.md', 'utf8')
  .split('\n')
  .flatMap((line) => /^#+ (.+)$/.exec(line)?.[1] ?? [])
  .map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );

describe('alarms', () => {
  it('each have a title, a severity and an article in the runbook that exists', () => {
    expect(alarms.length).toBeGreaterThan(10);
    for (const { AlarmDescription } of alarms) {
      const [, severity, link] = AlarmDescription.split(' | ');
      expect(['page', 'ticket']).toContain(severity);
      expect(link).toMatch(/^docs\/runbook\.md#/);
      expect(articles).toContain(link.split('#')[1]);
    }
  });

  it('have no article too many', () => {
    const from = articles.indexOf('alarms-of-the-aws-home') + 1;
    const linked = alarms.map(({ AlarmDescription }) => AlarmDescription.split('#')[1]);
    expect([...articles.slice(from)].sort()).toEqual([...linked].sort());
  });

  it('tell somebody, and tell again when all is well', () => {
    for (const { AlarmActions, OKActions, AlarmDescription } of alarms) {
      const topic = AlarmDescription.includes('| page |') ? 'AlarmsPage' : 'AlarmsTicket';
      expect(AlarmActions[0].Ref).toMatch(new RegExp(`^${topic}`));
      expect(OKActions).toEqual(AlarmActions);
    }
  });

  it('cost at most $2.50 a month: each metric in them costs $0.10', () => {
    const metrics = alarms.map(({ Metrics }) =>
      Metrics === undefined ? 1 : Metrics.filter((one: { readonly MetricStat?: object }) => one.MetricStat).length,
    );
    expect(metrics.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(25);
  });

  it('watch all that functions measure, under the names by which they do', () => {
    const sources = readdirSync('functions', { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.lambda.ts'))
      .map((file) => readFileSync(join('functions', file), 'utf8'));
    const measured = sources.flatMap((text) => [...text.matchAll(/addMetric\('(\w+)'/g)].map(([, name]) => name));
    const own = alarms.filter(({ Namespace }) => Namespace === metricNamespace);
    expect(own.map(({ MetricName }) => MetricName as string).sort()).toEqual(measured.sort());
    expect(measured).toContain('BreakerTrips');
    // As Powertools names whoever measures.
    expect(readFileSync('functions/metrics.ts', 'utf8')).toContain(`namespace: '${metricNamespace}'`);
    const services = ofType(running, 'AWS::Lambda::Function').flatMap(
      ([, { Properties }]) => (Properties.Environment?.Variables?.POWERTOOLS_SERVICE_NAME as string | undefined) ?? [],
    );
    for (const { Dimensions } of own)
      expect(Dimensions).toEqual([{ Name: 'service', Value: [...new Set(services)].join() }]);
  });

  it('speak of the thresholds that are promised', () => {
    const thresholdOf = (title: string): number =>
      alarms.find(({ AlarmDescription }) => AlarmDescription.startsWith(`${title} |`))!.Threshold;
    expect(thresholdOf('Stream lag')).toBe(3_600_000);
    expect(thresholdOf('Bounces')).toBe(0.02);
    expect(thresholdOf('Complaints')).toBe(0.0005);
  });
});
