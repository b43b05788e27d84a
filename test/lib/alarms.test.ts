import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
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

  it('cost at most $2.40 a month: each metric in them costs $0.10', () => {
    const metrics = alarms.map(({ Metrics }) =>
      Metrics === undefined ? 1 : Metrics.filter((one: { readonly MetricStat?: object }) => one.MetricStat).length,
    );
    expect(metrics.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(24);
  });

  it('speak of the thresholds that are promised', () => {
    const thresholdOf = (title: string): number =>
      alarms.find(({ AlarmDescription }) => AlarmDescription.startsWith(`${title} |`))!.Threshold;
    expect(thresholdOf('Stream lag')).toBe(3_600_000);
    expect(thresholdOf('Bounces')).toBe(0.02);
    expect(thresholdOf('Complaints')).toBe(0.0005);
  });
});
