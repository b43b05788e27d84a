import { CfnOutput, Stack, type CfnElement, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Lake } from './lake.ts';
import { markStack } from './mark-stack.ts';
import { HomeSecret } from './secret.ts';
import type { Stage } from './settings.ts';
import { Store } from './store.ts';

/** Which stage the stores are of. */
export interface DataStackProps extends StackProps {
  /** `prod` is protected from deletion. */
  readonly stage: Stage;
}

/** All that must outlive the system: people, history, lake and secret. Nothing in it is ever replaced. */
export class DataStack extends Stack {
  /** People and history. */
  readonly store: Store;
  /** Copies for analytics. */
  readonly lake: Lake;
  /** Keys and credentials. */
  readonly secret: HomeSecret;

  constructor(scope: Construct, id: string, { stage, ...props }: DataStackProps) {
    super(scope, id, {
      description: `Sojourn (${stage}): what is kept`,
      terminationProtection: stage === 'prod',
      ...props,
    });
    this.store = new Store(this, 'Store', { isProtected: stage === 'prod' });
    this.lake = new Lake(this, 'Lake', { store: this.store });
    this.secret = new HomeSecret(this, 'Secret', { store: this.store });
    this.pinLogicalIds();
    this.tell({ TableName: this.store.table.tableName, SecretArn: this.secret.secret.secretArn });
    markStack(this, stage);
  }

  private tell(outputs: Readonly<Record<string, string>>): void {
    for (const [id, value] of Object.entries(outputs)) new CfnOutput(this, id, { value });
  }

  /** A new logical id would be a new, empty store: moving a construct must not make one. */
  private pinLogicalIds(): void {
    const pinned = {
      Key: this.store.key,
      Table: this.store.table,
      LakeBucket: this.lake.bucket,
      Secret: this.secret.secret,
    };
    for (const [logicalId, { node }] of Object.entries(pinned))
      (node.defaultChild as CfnElement).overrideLogicalId(logicalId);
  }
}
