import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { Duration, RemovalPolicy, Validations, type CfnResource } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { CannotDeploy } from './cannot-deploy.ts';
import type { DeployedFunction } from './deployed-functions.ts';
import type { Stage } from './settings.ts';

/** What all functions of a deployment have in common. */
export interface FunctionDefaults {
  /** Tells the metrics of stages apart. */
  readonly stage: Stage;
  /** Folder that `npm run build` fills. */
  readonly assets: string;
  /** How long logs are kept. */
  readonly logRetention: RetentionDays;
  /** Whether X-Ray samples calls. */
  readonly isTraced: boolean;
}

/** How one function differs from the others. */
export interface SojournFunctionProps {
  /** What it has in common with all others. */
  readonly defaults: FunctionDefaults;
  /** Folder of the function in `functions/`. */
  readonly name: DeployedFunction;
  /** One sentence on what it does. */
  readonly does: string;
  /** Memory in MiB, and with it the share of a processor. @default 512 */
  readonly memoryMiB?: number;
  /** @default 30 seconds */
  readonly timeout?: Duration;
  /** Takes asynchronous calls that failed three times. @default none: the function is only called synchronously */
  readonly onFailure?: IQueue;
  /** Whether X-Ray samples its calls. @default as all others */
  readonly isTraced?: boolean;
}

/** Namespace of the metrics that functions write. */
export const metricNamespace = 'Sojourn';
/** The dimension `service` of those metrics: the stages of one account are told apart by it. */
export const serviceName = (stage: Stage): string => `sojourn-${stage}`;

/** One bundled function with its own role and log group; constructs grant it what it needs. */
export class SojournFunction extends lambda.Function {
  /** Folder in `functions/`. */
  readonly functionFolder: DeployedFunction;

  constructor(scope: Construct, id: string, props: SojournFunctionProps) {
    const { defaults, name } = props;
    const isTraced = props.isTraced ?? defaults.isTraced;
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: defaults.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    super(scope, id, {
      description: props.does,
      code: bundle(defaults.assets, name),
      handler: 'index.handler',
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      memorySize: props.memoryMiB ?? 512,
      timeout: props.timeout ?? Duration.seconds(30),
      role: new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }),
      logGroup,
      loggingFormat: lambda.LoggingFormat.JSON,
      // Lambda's own lines of each call say what its metrics say, and cost as much as the call.
      systemLogLevelV2: lambda.SystemLogLevel.WARN,
      tracing: isTraced ? lambda.Tracing.ACTIVE : lambda.Tracing.DISABLED,
      environment: {
        POWERTOOLS_SERVICE_NAME: serviceName(defaults.stage),
        POWERTOOLS_METRICS_NAMESPACE: metricNamespace,
        POWERTOOLS_LOG_LEVEL: 'INFO',
        // Events hold personal data.
        POWERTOOLS_LOGGER_LOG_EVENT: 'false',
        POWERTOOLS_TRACER_CAPTURE_RESPONSE: 'false',
        POWERTOOLS_TRACER_CAPTURE_HTTPS_REQUESTS: 'false',
      },
      ...(props.onFailure && { onFailure: new SqsDestination(props.onFailure), retryAttempts: 2 }),
    });
    this.functionFolder = name;
    logGroup.grantWrite(this);
    (this.node.defaultChild as CfnResource).addMetadata('sojourn:function', name);
    if (isTraced && this.role) explainTracing(this.role);
  }
}

function bundle(assets: string, name: DeployedFunction): lambda.Code {
  const folder = join(assets, 'functions', name);
  if (!existsSync(folder))
    throw new CannotDeploy(`There is no bundle of "${name}" in ${assets}. Run "npm run build" first.`);
  return lambda.Code.fromAsset(folder);
}

function explainTracing(role: Construct): void {
  Validations.of(role).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: 'xray:PutTraceSegments and xray:PutTelemetryRecords know no resources.',
  });
}
