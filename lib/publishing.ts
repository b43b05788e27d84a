import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CustomResource, Duration, FileSystem, RemovalPolicy, Stack, Validations, type CfnElement } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { CfnRule } from 'aws-cdk-lib/aws-events';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct, type IConstruct } from 'constructs';
import { CannotDeploy } from './cannot-deploy.ts';
import type { Entries } from './entries.ts';
import type { Journeys } from './journeys.ts';
import type { Shared } from './shared.ts';
import { SojournFunction } from './sojourn-function.ts';

/** What is published, and what must exist before. */
export interface PublishingProps {
  /** What every construct is given. */
  readonly shared: Shared;
  /** Whose versions the documents are published with. */
  readonly journeys: Journeys;
  /** Whose rules follow what is current. */
  readonly entries: Entries;
  /** Documents, published since the last deployment, that this one means to take back. @default none */
  readonly replaces?: string | undefined;
}

/**
 * How a deployment makes its documents the current ones: after their machines' versions exist, before rules let anybody
 * in; and once more it looks after the rules, where others are current than it brings.
 */
export class Publishing extends Construct {
  /** Called by CloudFormation, through CDK's framework for custom resources. */
  readonly publishDefinitions: SojournFunction;
  private readonly published: CustomResource;
  private readonly serviceToken: string;

  constructor(scope: Construct, id: string, { shared, journeys, entries, replaces = '' }: PublishingProps) {
    super(scope, id);
    this.publishDefinitions = new SojournFunction(this, 'PublishDefinitions', {
      defaults: shared.defaults,
      name: 'publish-definitions',
      does: 'Writes the documents of a deployment, and the ARNs of their machines, into the table.',
      timeout: Duration.minutes(5),
    });
    shared.store.grantRead(this.publishDefinitions);
    shared.store.grantUpkeep(this.publishDefinitions);
    entries.grantFollow(this.publishDefinitions);
    entries.grantOwnRules(this.publishDefinitions);
    this.serviceToken = this.provider(shared).serviceToken;
    this.published = this.resource('Published', 'Custom::SojournDocuments', {
      // The documents lie in the function's bundle: CloudFormation calls it again only where a property changes.
      documents: fingerprintOf(shared.defaults.assets),
      ...(replaces !== '' && { replaces }),
      machines: journeys.deployed.map(({ journey, version }) => ({
        journeyId: journey.id,
        version: journey.version,
        machineVersionArn: version.attrArn,
      })),
    });
    // Whoever comes in by the documents must be able to be started and told.
    this.published.node.addDependency(this.publishDefinitions, journeys);
    this.followRules(entries.rules);
  }

  /** CloudFormation has brought rules to what the template says; what is current may say something else. */
  private followRules(rules: readonly CfnRule[]): void {
    const said = rules.map(({ description, eventPattern, state, targets }) => ({
      description,
      eventPattern,
      state,
      targets,
    }));
    const words = JSON.stringify(Stack.of(this).resolve(said));
    const settled = this.resource('Settled', 'Custom::SojournRules', {
      rules: createHash('sha256').update(words).digest('hex').slice(0, 20),
    });
    this.before(...rules);
    settled.node.addDependency(this.published, ...rules);
  }
  private resource(id: string, resourceType: string, properties: object): CustomResource {
    const { serviceToken } = this;
    return new CustomResource(this, id, {
      resourceType,
      serviceToken,
      serviceTimeout: Duration.minutes(10),
      properties: { ...properties },
    });
  }

  /** What publishing has come to, in a sentence. */
  get said(): string {
    return this.published.getAttString('said');
  }

  /** Makes resources wait until the documents are published. */
  private before(...resources: readonly IConstruct[]): void {
    for (const resource of resources) resource.node.addDependency(this.published);
  }

  private provider({ defaults, deadLetters }: Shared): Provider {
    const logGroup = new LogGroup(this, 'ProviderLogs', {
      retention: defaults.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'ProviderRole', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    const provider = new Provider(this, 'Provider', {
      onEventHandler: this.publishDefinitions,
      frameworkOnEventRole: role,
      logGroup,
    });
    const framework = provider.node.findChild('framework-onEvent') as Function;
    framework.configureAsyncInvoke({ onFailure: new SqsDestination(deadLetters.undelivered) });
    this.explain(role, framework);
    return provider;
  }

  private explain(role: Role, framework: Function): void {
    const { defaultChild } = this.publishDefinitions.node;
    const logicalId = Stack.of(this).resolve((defaultChild as CfnElement).logicalId) as string;
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${logicalId}.Arn>:*]`,
      reason: 'CDK lets its framework call every version of the function; there is one.',
    });
    Validations.of(framework).acknowledge({ id: 'AwsSolutions-L1', reason: 'CDK says what its own function runs on.' });
  }
}

function fingerprintOf(assets: string): string {
  const file = join(assets, 'functions/publish-definitions/documents.json');
  if (!existsSync(file)) throw new CannotDeploy(`There are no documents in ${assets}. Run "npm run build" first.`);
  return FileSystem.fingerprint(file);
}
