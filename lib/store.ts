import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { Grant, PolicyStatement, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { ENV } from '../functions/env.ts';

/** How the table is guarded. */
export interface StoreProps {
  /** Whether the table refuses to be deleted. */
  readonly isProtected: boolean;
}

/** What a commit needs: `TransactWriteItems` is authorised by the actions of its items. Never a scan. */
const readActions = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'];
const writeActions = ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:ConditionCheckItem'];
const streamActions = [
  'dynamodb:DescribeStream',
  'dynamodb:GetRecords',
  'dynamodb:GetShardIterator',
  'dynamodb:ListStreams',
];
const decryptActions = ['kms:Decrypt', 'kms:DescribeKey'];
const encryptActions = ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'];

/** The one table, and the key that it and the other stores are encrypted with. Both outlive the stack. */
export class Store extends Construct {
  /** The one table. */
  readonly table: dynamodb.Table;
  /** Encrypts table, lake and secret. */
  readonly key: Key;
  /** ARN of the table's stream of new images. */
  readonly streamArn: string;

  constructor(scope: Construct, id: string, props: StoreProps) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: 'Sojourn: people, history and messages',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.table = new dynamodb.Table(this, 'Table', {
      partitionKey: text('pk'),
      sortKey: text('sk'),
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.key,
      stream: dynamodb.StreamViewType.NEW_IMAGE,
      timeToLiveAttribute: 'expires',
      deletionProtection: props.isProtected,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.addIndexes();
    this.streamArn = this.table.tableStreamArn!;
  }

  /** Lets a function load, decide and commit. */
  grantDecide(caller: Function): void {
    this.grant(caller, [...readActions, ...writeActions], [...decryptActions, ...encryptActions]);
  }

  /** Lets a function read rows by their keys. */
  grantRead(caller: Function): void {
    this.grant(caller, readActions, decryptActions);
  }

  /** Lets a function keep rows up to date that nobody decides on: lists of members, definitions, how far a tick came. */
  grantUpkeep(caller: Function): void {
    this.grant(
      caller,
      ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
      [...decryptActions, ...encryptActions],
    );
  }

  /** Lets a function look at everybody, which no event needs. */
  grantScan(caller: Function): void {
    Grant.addToPrincipal({ grantee: caller, actions: ['dynamodb:Scan'], resourceArns: [this.table.tableArn] });
  }

  /** Lets a function list a person's rows, and those of a journey. */
  grantLists(caller: Function): void {
    const indexes = ['people', 'lists'].map((name) => `${this.table.tableArn}/index/${name}`);
    Grant.addToPrincipal({ grantee: caller, actions: ['dynamodb:Query'], resourceArns: indexes });
  }

  /** Lets Lambda read the stream in a function's name. */
  grantStream(caller: Function): void {
    Grant.addToPrincipal({ grantee: caller, actions: streamActions, resourceArns: [this.streamArn] });
    this.grantKey(caller, decryptActions, 'dynamodb');
  }

  /** Lets a caller use the key through one service. */
  grantKey(caller: IGrantable, actions: readonly string[], service: string): void {
    caller.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: [...actions],
        resources: [this.key.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `${service}.${Stack.of(this).region}.amazonaws.com` } },
      }),
    );
  }

  private grant(caller: Function, actions: readonly string[], keyActions: readonly string[]): void {
    Grant.addToPrincipal({ grantee: caller, actions: [...actions], resourceArns: [this.table.tableArn] });
    this.grantKey(caller, keyActions, 'dynamodb');
    caller.addEnvironment(ENV.table, this.table.tableName);
  }

  /** Neither changes with an event: only where an enrollment, a delivery or a suppression does. */
  private addIndexes(): void {
    this.table.addGlobalSecondaryIndex({
      indexName: 'people',
      partitionKey: text('pp'),
      sortKey: text('ps'),
      projectionType: dynamodb.ProjectionType.KEYS_ONLY,
    });
    this.table.addGlobalSecondaryIndex({
      indexName: 'lists',
      partitionKey: text('lk'),
      sortKey: text('ls'),
      projectionType: dynamodb.ProjectionType.INCLUDE,
      nonKeyAttributes: ['st', 're', 'jo', 'ch', 'sp', 'go', 'pa'],
    });
  }
}

const text = (name: string): dynamodb.Attribute => ({ name, type: dynamodb.AttributeType.STRING });
