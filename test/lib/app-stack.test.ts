import { readdirSync, readFileSync } from 'node:fs';
import type { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { deployedFunctions, functionsInTemplate } from '../../lib/deployed-functions.ts';
import { everything, functionsOf, ofType, synthesize } from './synthesis.ts';

const synthesis = synthesize();
const { running, data, app } = synthesis;
const bare = synthesize({}).running;
const functions = [...functionsOf(running).values()];

/** Findings of cdk-nag that nobody has explained. */
const unexplained = (of: App): readonly string[] =>
  new AwsSolutionsChecks(of)
    .validateScope(of)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ resourceLogicalId }) => `${ruleName} ${resourceLogicalId}`),
    );

describe('the app stack', () => {
  it('deploys every function that has a handler', () => {
    const handlers = readdirSync('functions', { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.lambda.ts'))
      .map((path) => path.replace(/^.*\//, '').replace('.lambda.ts', ''));
    expect(functions.map(({ Metadata }) => Metadata!['sojourn:function']).sort()).toEqual([...deployedFunctions]);
    expect(deployedFunctions).toEqual(expect.arrayContaining(handlers));
  });

  it('has as many functions as a doctor counts before there is any, and as the documentation says', () => {
    for (const resources of [running, bare])
      expect(ofType(resources, 'AWS::Lambda::Function')).toHaveLength(functionsInTemplate);
    expect(readFileSync('docs/deploying.md', 'utf8')).toContain(
      `${functionsInTemplate} functions, 5 at once of each, are ${functionsInTemplate * 5}.`,
    );
  });

  it('runs them on ARM with Node 24, in logs that do not last for ever and hold what functions say', () => {
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({ Architectures: ['arm64'], Runtime: 'nodejs24.x', Handler: 'index.handler' });
      expect(Properties.LoggingConfig).toMatchObject({ LogFormat: 'JSON', SystemLogLevel: 'WARN' });
      expect(running[Properties.LoggingConfig.LogGroup.Ref]!.Properties.RetentionInDays).toBeGreaterThan(0);
      expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
    }
  });

  it('traces nothing unless it is told to, and then all but the ticks', () => {
    for (const { Properties } of functions) expect(Properties).not.toHaveProperty('TracingConfig');
    const traced = synthesize({ ...everything, tracing: 'true' });
    for (const [name, { Properties }] of functionsOf(traced.running))
      expect(Properties.TracingConfig?.Mode).toBe(['find-due', 'begin-rounds'].includes(name) ? undefined : 'Active');
    for (const [, { Properties }] of ofType(traced.running, 'AWS::StepFunctions::StateMachine'))
      expect(Properties.TracingConfiguration).toEqual({ Enabled: true });
    expect(unexplained(traced.app)).toEqual([]);
  });

  it('lets no function log an event, which holds personal data', () => {
    for (const { Properties } of functions)
      expect(Properties.Environment.Variables.POWERTOOLS_LOGGER_LOG_EVENT).toBe('false');
  });

  it('gives nothing a physical name, but the bus, which CloudFormation asks for one', () => {
    // Names that only count inside of their parent are none.
    const names =
      /^(Function|Table|Queue|Topic|Role|Bucket|StateMachine|Alarm|Dashboard|LogGroup|User|Group|Pool|ConfigurationSet|DeliveryStream|OptOutList)Name$|^(UserPool|Client)Name$/;
    const named = Object.entries({ ...data, ...running }).flatMap(([id, { Properties }]) =>
      Object.keys(Properties ?? {})
        .filter((key) => names.test(key) && typeof Properties[key] === 'string')
        .map((key) => `${id}.${key}`),
    );
    expect(named).toEqual([]);
    const types = [
      'AWS::Events::Rule',
      'AWS::Scheduler::Schedule',
      'AWS::SecretsManager::Secret',
      'AWS::SES::ConfigurationSet',
    ];
    for (const type of types)
      for (const [, { Properties }] of ofType({ ...data, ...running }, type))
        expect(Properties).not.toHaveProperty('Name');
  });

  it('never replaces what else is retained: logins, and files on their way in or put aside', () => {
    const kept = ['AWS::Cognito::UserPool', 'AWS::S3::Bucket'].flatMap((type) => ofType(running, type));
    for (const [, resource] of kept) expect(resource.DeletionPolicy).toBe('Retain');
    expect(kept.map(([id]) => id)).toMatchInlineSnapshot(`
      [
        "Users",
        "FailedBatchesBucketD51F47E2",
        "ImportInboxC33503E4",
      ]
    `);
  });

  it('has no archive on the bus: it could not forget one person', () => {
    expect(ofType(running, 'AWS::Events::EventBus')).toHaveLength(1);
    expect(ofType(running, 'AWS::Events::Archive')).toEqual([]);
  });

  it('calls the relay only for rows with outgoing facts or changed memberships', () => {
    const patterns = ofType(running, 'AWS::Lambda::EventSourceMapping')
      .filter(([id]) => id.startsWith('Outbox'))
      .flatMap(([, { Properties }]) => Properties.FilterCriteria.Filters)
      .map(({ Pattern }) => JSON.parse(Pattern));
    // "exists" sees leaves only: the type of an attribute belongs to its path.
    expect(patterns).toEqual([
      { dynamodb: { NewImage: { out: { N: [{ exists: true }] } } } },
      { dynamodb: { NewImage: { mc: { B: [{ exists: true }] } } } },
    ]);
  });

  it('hears of emails on the default bus, where alone SES reports, and of its own configuration sets only', () => {
    const [[, { Properties }]] = ofType(running, 'AWS::Events::Rule').filter(([, rule]) =>
      JSON.stringify(rule.Properties.EventPattern).includes('aws.ses'),
    ) as [[string, (typeof running)[string]]];
    expect(Properties).not.toHaveProperty('EventBusName');
    // Whole events: their id is what makes a report come once.
    expect(Properties.Targets[0]).not.toHaveProperty('InputPath');
    expect(Properties.Targets[0]).not.toHaveProperty('InputTransformer');
    expect(Properties.EventPattern.detail.mail.tags['ses:configuration-set']).toHaveLength(2);
    for (const [, destination] of ofType(running, 'AWS::SES::ConfigurationSetEventDestination'))
      expect(JSON.stringify(destination.Properties.EventDestination.EventBridgeDestination)).toContain(
        'event-bus/default',
      );
  });

  it('leaves suppression to our own rows, which know purposes, and watches the reputation of each stream', () => {
    const sets = ofType(running, 'AWS::SES::ConfigurationSet').map(([, { Properties }]) => Properties);
    expect(sets).toHaveLength(2);
    for (const set of sets)
      expect(set).toMatchObject({
        SuppressionOptions: { SuppressedReasons: [] },
        ReputationOptions: { ReputationMetricsEnabled: true },
      });
  });

  it('lets CloudWatch and Budgets speak on the topics that somebody hears', () => {
    for (const [id] of ofType(running, 'AWS::SNS::Topic').filter(([one]) => one.startsWith('Alarms'))) {
      const policies = ofType(running, 'AWS::SNS::TopicPolicy').filter(
        ([, one]) => one.Properties.Topics[0].Ref === id,
      );
      expect(JSON.stringify(policies)).toContain('["budgets.amazonaws.com","cloudwatch.amazonaws.com"]');
    }
    const [[, budget]] = ofType(running, 'AWS::Budgets::Budget') as [[string, (typeof running)[string]]];
    expect(budget.Properties.Budget.BudgetLimit).toEqual({ Amount: 50, Unit: 'USD' });
  });

  it('gives a queue six times its worker’s time, and its worker a bounded concurrency', () => {
    const mappings = ofType(running, 'AWS::Lambda::EventSourceMapping').filter(
      ([, one]) => one.Properties.ScalingConfig,
    );
    expect(mappings).toHaveLength(5);
    for (const [, { Properties }] of mappings) {
      const queue = running[Properties.EventSourceArn['Fn::GetAtt'][0]]!.Properties;
      const worker = running[Properties.FunctionName.Ref]!.Properties;
      expect(queue.VisibilityTimeout).toBe(6 * worker.Timeout);
      expect(Properties.ScalingConfig.MaximumConcurrency).toBe(5);
      expect(Properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
    }
  });

  it('ends a touch before its state does, so that it is not run twice at once', () => {
    const touch = functions.find(({ Metadata }) => Metadata!['sojourn:function'] === 'run-touch')!;
    expect(touch.Properties.Timeout).toBeLessThan(60);
  });

  it('asks for a login on /api alone', () => {
    const routes = ofType(running, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => Properties);
    for (const { RouteKey, AuthorizationType } of routes)
      expect(`${RouteKey} ${AuthorizationType}`).toBe(`${RouteKey} ${RouteKey.includes(' /api/') ? 'JWT' : 'NONE'}`);
  });

  it('tells monitors whether it lives, from a function that holds no login and writes nothing for them', () => {
    const health = ofType(running, 'AWS::ApiGatewayV2::Route').filter(([, { Properties }]) =>
      Properties.RouteKey.endsWith(' /health'),
    );
    expect(health.map(([, { Properties }]) => Properties.RouteKey).sort()).toEqual(['GET /health', 'HEAD /health']);
    for (const [, { Properties }] of health) {
      const integration = running[Properties.Target['Fn::Join'][1][1].Ref]!.Properties;
      const called = running[integration.IntegrationUri['Fn::GetAtt'][0]]!;
      expect(called.Metadata!['sojourn:function']).toBe('answer-link');
    }
  });

  it('throttles the API, and logs routes instead of paths, which open somebody’s preferences', () => {
    const [[, { Properties }]] = ofType(running, 'AWS::ApiGatewayV2::Stage') as [[string, (typeof running)[string]]];
    expect(Properties.DefaultRouteSettings).toEqual({ ThrottlingBurstLimit: 2_000, ThrottlingRateLimit: 1_000 });
    expect(Properties.AccessLogSettings.Format).not.toMatch(/context\.path|sourceIp/);
  });

  it('joins queues to rules by one statement: a queue policy holds twenty', () => {
    for (const [, { Properties }] of ofType(running, 'AWS::SQS::QueuePolicy'))
      expect(Properties.PolicyDocument.Statement.length).toBeLessThanOrEqual(5);
  });

  it('rents nothing to send texts and pushes while nobody asked for them', () => {
    expect(Object.values(bare).filter(({ Type }) => Type.startsWith('AWS::SMSVOICE'))).toEqual([]);
    const touch = ofType(bare, 'AWS::Lambda::Function').find(([id]) => id === 'RunTouch')![1];
    expect(touch.Properties.Environment.Variables).not.toHaveProperty('SOJOURN_SMS_POOL');
  });

  it('sends emails from the domain of the workspace’s sender, unless another is named', () => {
    const domain = (resources: typeof running) => ofType(resources, 'AWS::SES::EmailIdentity')[0]![1].Properties;
    expect(domain(bare).EmailIdentity).toBe('harbourandpine.example');
    expect(domain(synthesize({ emailDomain: 'example.org' }).running).EmailIdentity).toBe('example.org');
  });

  it('fits into a template with room for more journeys', () => {
    expect(JSON.stringify(synthesis.appTemplate.toJSON()).length).toBeLessThan(600_000);
    expect(Object.keys(running).length).toBeLessThan(300);
  });

  it('has no finding of cdk-nag that is not explained', () => {
    expect(unexplained(app)).toEqual([]);
  });
});
