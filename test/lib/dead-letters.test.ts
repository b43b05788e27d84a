import { describe, expect, it } from 'vitest';
import { ofType, synthesize } from './synthesis.ts';

const { running } = synthesize();
const text = (value: unknown): string => JSON.stringify(value);
const queueOf = (reference: { readonly 'Fn::GetAtt': readonly [string, string] }): string => reference['Fn::GetAtt'][0];

/** Queues whose messages the alarm counts. */
const alarm = ofType(running, 'AWS::CloudWatch::Alarm').find(([, { Properties }]) =>
  Properties.AlarmDescription.startsWith('Dead letters'),
)![1];
const watched = new Set(
  (alarm.Properties.Metrics as { readonly MetricStat?: { readonly Metric: { readonly Dimensions: object[] } } }[])
    .flatMap(({ MetricStat }) => MetricStat?.Metric.Dimensions ?? [])
    .map((dimension) => (dimension as { readonly Value: { readonly 'Fn::GetAtt': [string] } }).Value['Fn::GetAtt'][0]),
);
const letters = (reference: unknown): string => queueOf(reference as never);

describe('dead letters', () => {
  it('has some for every queue that does work', () => {
    const worked = ofType(running, 'AWS::Lambda::EventSourceMapping')
      .map(([, { Properties }]) => Properties.EventSourceArn)
      .filter((arn) => text(arn).includes('Queue'))
      .map(letters);
    expect(worked).toHaveLength(5);
    for (const id of worked) {
      const { deadLetterTargetArn, maxReceiveCount } = running[id]!.Properties.RedrivePolicy;
      expect(watched).toContain(letters(deadLetterTargetArn));
      expect(maxReceiveCount).toBe(5);
    }
  });

  it('keeps those of a FIFO queue in a FIFO queue, as SQS demands', () => {
    const queues = ofType(running, 'AWS::SQS::Queue').filter(([, { Properties }]) => Properties.RedrivePolicy);
    for (const [, { Properties }] of queues) {
      const dead = running[letters(Properties.RedrivePolicy.deadLetterTargetArn)]!;
      expect(dead.Properties.FifoQueue).toBe(Properties.FifoQueue);
    }
  });

  it('has some for every target of every rule', () => {
    const targets = ofType(running, 'AWS::Events::Rule').flatMap(([, { Properties }]) => Properties.Targets);
    expect(targets.length).toBeGreaterThan(0);
    for (const target of targets) expect(watched).toContain(letters(target.DeadLetterConfig.Arn));
  });

  it('has some for every schedule', () => {
    for (const [, { Properties }] of ofType(running, 'AWS::Scheduler::Schedule'))
      expect(watched).toContain(letters(Properties.Target.DeadLetterConfig.Arn));
  });

  it('has some for every subscription of a queue', () => {
    const queues = ofType(running, 'AWS::SNS::Subscription').filter(
      ([, { Properties }]) => Properties.Protocol === 'sqs',
    );
    expect(queues).toHaveLength(1);
    for (const [, { Properties }] of queues)
      expect(watched).toContain(letters(Properties.RedrivePolicy.deadLetterTargetArn));
  });

  it('has some for every function that is called asynchronously', () => {
    const called = ofType(running, 'AWS::Lambda::EventInvokeConfig').map(([, { Properties }]) => {
      expect(watched).toContain(letters(Properties.DestinationConfig.OnFailure.Destination));
      return running[Properties.FunctionName.Ref]!.Metadata?.['sojourn:function'] ?? 'framework of custom resources';
    });
    expect(called.sort()).toEqual([
      'begin-rounds',
      'decide-winners',
      'find-due',
      'framework of custom resources',
      'redrive',
      'sweep-lake',
    ]);
  });

  it('keeps whole batches of the stream in a bucket, and announces each on the dead letters', () => {
    const readers = ofType(running, 'AWS::Lambda::EventSourceMapping').filter(
      ([, { Properties }]) => Properties.BisectBatchOnFunctionError,
    );
    expect(readers).toHaveLength(2);
    for (const [, { Properties }] of readers) {
      expect(Properties).toMatchObject({
        MaximumRetryAttempts: 10,
        MaximumRecordAgeInSeconds: 21_600,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      });
      const bucket = running[letters(Properties.DestinationConfig.OnFailure.Destination)]!;
      expect(bucket.Type).toBe('AWS::S3::Bucket');
      const [{ Queue }] = bucket.Properties.NotificationConfiguration.QueueConfigurations;
      expect(watched).toContain(letters(Queue));
    }
  });

  it('counts every queue that nobody works on', () => {
    const all = ofType(running, 'AWS::SQS::Queue').map(([id]) => id);
    const worked = ofType(running, 'AWS::SQS::Queue').filter(([, { Properties }]) => Properties.RedrivePolicy);
    expect(all.filter((id) => !worked.some(([other]) => other === id)).sort()).toEqual([...watched].sort());
  });

  it('fits all of them into one alarm: CloudWatch takes ten metrics', () => {
    expect(watched.size).toBeLessThanOrEqual(10);
  });
});
