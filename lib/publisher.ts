import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Entries } from './entries.ts';
import type { Journeys } from './journeys.ts';
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
}

/** How changed documents become current between two deployments: `sojourn publish --home aws`. */
export class Publisher extends Construct {
  /** Called by `sojourn plan`, `publish` and `rollback`. */
  readonly publishDocuments: SojournFunction;

  constructor(scope: Construct, id: string, { shared, journeys, entries }: PublisherProps) {
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
    journeys.grantVersions(this.publishDocuments);
    entries.grantFollow(this.publishDocuments);
    entries.grantOwnRules(this.publishDocuments);
  }
}
