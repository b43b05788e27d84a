import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { ENV } from '../functions/env.ts';
import type { Store } from './store.ts';

/** What the secret is encrypted with. */
export interface HomeSecretProps {
  /** Whose key encrypts the secret. */
  readonly store: Store;
}

/** Signing key, write keys and channel credentials, in one document (`SecretDocument`). It outlives the stack. */
export class HomeSecret extends Construct {
  /** JSON, as `SecretDocument` says. */
  readonly secret: secretsmanager.Secret;
  private readonly store: Store;

  constructor(scope: Construct, id: string, { store }: HomeSecretProps) {
    super(scope, id);
    this.store = store;
    this.secret = new secretsmanager.Secret(this, 'Document', {
      description: 'Sojourn: signing key, write keys and channel credentials',
      encryptionKey: store.key,
      // A change here makes CloudFormation generate a new signing key, and old links and suppressions are lost.
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ serverKeys: [], publicKeys: [] }),
        generateStringKey: 'signingKey',
        passwordLength: 64,
        excludeUppercase: true,
        excludePunctuation: true,
        excludeCharacters: 'ghijklmnopqrstuvwxyz',
        requireEachIncludedType: false,
      },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(this.secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'Suppressed addresses are hashed with the signing key: it cannot change. Write keys rotate by their list.',
    });
  }

  /** Lets a function read the secret, and tells it where. */
  grantRead(caller: Function): void {
    Grant.addToPrincipal({
      grantee: caller,
      actions: ['secretsmanager:GetSecretValue'],
      resourceArns: [this.secret.secretArn],
    });
    this.store.grantKey(caller, ['kms:Decrypt'], 'secretsmanager');
    caller.addEnvironment(ENV.secret, this.secret.secretArn);
  }
}
