import { join } from 'node:path';
import { CustomResource, Duration } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct, type IConstruct } from 'constructs';
import type { Journeys } from './journeys.ts';
import type { Shared } from './shared.ts';
import { SojournFunction } from './sojourn-function.ts';

/** What is published, and what must exist before. */
export interface PublishingProps {
  /** What every construct is given. */
  readonly shared: Shared;
  /** Whose versions the documents are published with. */
  readonly journeys: Journeys;
}

/** How a deployment makes its documents the current ones: after their machines' versions exist, before rules let anybody in. */
export class Publishing extends Construct {
  /** Called by CloudFormation. */
  readonly publishDefinitions: SojournFunction;
  private readonly published: CustomResource;

  constructor(scope: Construct, id: string, { shared, journeys }: PublishingProps) {
    super(scope, id);
    const { undelivered } = shared.deadLetters;
    this.publishDefinitions = new SojournFunction(this, 'PublishDefinitions', {
      defaults: shared.defaults,
      name: 'publish-definitions',
      does: 'Writes the documents of a deployment, and the ARNs of their machines, into the table.',
      timeout: Duration.minutes(5),
      onFailure: undelivered,
    });
    shared.store.grantRead(this.publishDefinitions);
    shared.store.grantUpkeep(this.publishDefinitions);
    const documents = new Asset(this, 'Documents', {
      path: join(shared.defaults.assets, 'definitions/documents.json'),
    });
    Grant.addToPrincipal({
      grantee: this.publishDefinitions,
      actions: ['s3:GetObject'],
      resourceArns: [documents.bucket.arnForObjects(documents.s3ObjectKey)],
    });
    this.published = new CustomResource(this, 'Published', {
      resourceType: 'Custom::SojournDocuments',
      serviceToken: this.publishDefinitions.functionArn,
      serviceTimeout: Duration.minutes(10),
      properties: {
        bucket: documents.s3BucketName,
        key: documents.s3ObjectKey,
        machines: journeys.deployed.map(({ journey, version }) => ({
          journeyId: journey.id,
          version: journey.version,
          machineVersionArn: version.attrArn,
        })),
      },
    });
    // Whoever comes in by the documents must be able to be started and told.
    this.published.node.addDependency(this.publishDefinitions, journeys);
  }

  /** Makes resources wait until the documents are published. */
  before(...resources: readonly IConstruct[]): void {
    for (const resource of resources) resource.node.addDependency(this.published);
  }
}
