import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import type { Shared } from './shared.ts';
import { SojournFunction } from './sojourn-function.ts';

/** What the HTTP API needs. */
export interface IntakeProps {
  /** What every construct is given. */
  readonly shared: Shared;
  /** Requests a second, for all routes together. @default 1,000 */
  readonly requestsPerSecond?: number;
}

/** The HTTP API, and the road of events through it. */
export class Intake extends Construct {
  /** All routes are added to it. */
  readonly api: apigateway.HttpApi;
  /** Answers `/v1`. */
  readonly acceptEvents: SojournFunction;

  constructor(scope: Construct, id: string, { shared, requestsPerSecond = 1_000 }: IntakeProps) {
    super(scope, id);
    this.api = new apigateway.HttpApi(this, 'Api', {
      description: `Sojourn (${shared.defaults.stage})`,
      createDefaultStage: false,
    });
    this.addStage(shared, requestsPerSecond);
    this.acceptEvents = new SojournFunction(this, 'AcceptEvents', {
      defaults: shared.defaults,
      name: 'accept-events',
      does: 'Accepts events of the tracking SDKs.',
      // The loop gives up after 3 s for each person; the API answers 503 after 30 s.
      timeout: Duration.seconds(25),
    });
    shared.store.grantDecide(this.acceptEvents);
    shared.secret.grantRead(this.acceptEvents);
    this.addOpenRoute(
      'Events',
      '/v1/{call}',
      this.acceptEvents,
      'Write keys are checked in the function: SDKs send Basic.',
    );
    shared.alarms.add({
      title: 'Requests failed',
      severity: 'page',
      metric: this.api.metricServerError({ statistic: 'Sum', period: Duration.minutes(5) }),
      threshold: 10,
      periods: 2,
    });
  }

  /** Base of all addresses, without a slash at its end. */
  get url(): string {
    return this.api.apiEndpoint;
  }

  /**
   * Adds a road for those who cannot log in; the function says how it knows them.
   * @param methods @default those of pages and SDKs
   */
  addOpenRoute(id: string, path: string, to: IFunction, reason: string, methods = openMethods): void {
    const routes = this.api.addRoutes({
      path,
      methods: [...methods],
      integration: new HttpLambdaIntegration(id, to),
    });
    for (const route of routes) Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason });
  }

  private addStage(shared: Shared, rateLimit: number): void {
    const logs = new LogGroup(this, 'AccessLogs', {
      retention: shared.defaults.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new apigateway.HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit, burstLimit: 2 * rateLimit },
      accessLogSettings: {
        destination: new apigateway.LogGroupLogDestination(logs),
        // Routes, not paths: a path under /u/ opens somebody's preferences. No IP addresses. Short, since every event
        // makes a line that is paid for; the time is the line's own.
        format: AccessLogFormat.custom(
          JSON.stringify({
            id: '$context.requestId',
            route: '$context.routeKey',
            status: '$context.status',
            ms: '$context.responseLatency',
            error: '$context.integrationErrorMessage',
          }),
        ),
      },
    });
  }
}

/** Browsers ask first; the functions answer that themselves, as they do at home. */
const openMethods: readonly apigateway.HttpMethod[] = [
  apigateway.HttpMethod.GET,
  apigateway.HttpMethod.POST,
  apigateway.HttpMethod.OPTIONS,
];
