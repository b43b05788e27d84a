import { Duration } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import type { Entries } from './entries.ts';
import type { Intake } from './intake.ts';
import type { Journeys } from './journeys.ts';
import type { Management } from './management.ts';
import type { Shared } from './shared.ts';
import { SojournFunction } from './sojourn-function.ts';

/** What publishing without a deployment needs. */
export interface PublisherProps {
  /** What every construct is given. */
  readonly shared: Shared;
  /** Whose machines it changes, and by whose role it makes others. */
  readonly journeys: Journeys;
  /** Whose rules follow what is current. */
  readonly entries: Entries;
  /** Whose API tells of versions. */
  readonly intake: Intake;
  /** Whose login guards it. */
  readonly management: Management;
}

/** How changed documents become current between two deployments: `sojourn publish --home aws`. */
export class Publisher extends Construct {
  /** Called by `sojourn plan`, `publish` and `rollback`. */
  readonly publishDocuments: SojournFunction;

  constructor(scope: Construct, id: string, { shared, journeys, entries, intake, management }: PublisherProps) {
    super(scope, id);
    this.publishDocuments = new SojournFunction(this, 'PublishDocuments', {
      defaults: shared.defaults,
      name: 'publish-documents',
      does: 'Publishes changed documents without a deployment.',
      // It counts who is inside, and changes a few machines a second.
      timeout: Duration.minutes(5),
      memoryMiB: 1024,
    });
    shared.store.grantRead(this.publishDocuments);
    shared.store.grantUpkeep(this.publishDocuments);
    shared.store.grantLists(this.publishDocuments);
    // A preview asks everybody.
    shared.store.grantScan(this.publishDocuments);
    journeys.grantVersions(this.publishDocuments);
    entries.grantFollow(this.publishDocuments);
    entries.grantOwnRules(this.publishDocuments);
    intake.api.addRoutes({
      // Nothing that changes what is published is asked for in the browser.
      path: '/api/journeys/{id}/versions',
      methods: [HttpMethod.GET],
      integration: new HttpLambdaIntegration('Publisher', this.publishDocuments),
      authorizer: management.authorizer,
    });
  }
}
