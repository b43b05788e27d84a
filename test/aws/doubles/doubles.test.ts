import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DescribeStreamCommand, DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { CreateTopicCommand, ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { describe, expect, inject, it } from 'vitest';
import { aDatabase, anAccount } from './clients.ts';
import { startDouble } from './server.ts';

describe('DynamoDB Local', () => {
  it('keeps tables with streams, and no test sees those of another', async () => {
    const config = aDatabase();
    const client = new DynamoDBClient(config);
    const made = await client.send(
      new CreateTableCommand({
        TableName: 'table',
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      }),
    );
    const stream = await new DynamoDBStreamsClient(config).send(
      new DescribeStreamCommand({ StreamArn: made.TableDescription?.LatestStreamArn }),
    );
    expect(stream.StreamDescription?.Shards).toHaveLength(1);
    const other = await new DynamoDBClient(aDatabase()).send(new ListTablesCommand({}));
    expect(other.TableNames).toEqual([]);
  });
});

describe('moto', () => {
  it('gives each test an account of its own', async () => {
    const account = await anAccount();
    const topic = await new SNSClient(account).send(new CreateTopicCommand({ Name: 'reports' }));
    expect(topic.TopicArn).toBe(`arn:aws:sns:us-east-1:${account.accountId}:reports`);
    const other = await new SNSClient(await anAccount()).send(new ListTopicsCommand({}));
    expect(other.Topics).toEqual([]);
  });
});

describe('cfn-lint', () => {
  it('is there at the version that was asked for', async () => {
    const [program, script] = inject('cfnLint');
    const { stdout } = await promisify(execFile)(program, [script, '--version']);
    expect(stdout).toContain('1.58.0');
  });
});

describe('a double', () => {
  it('that does not start says what the program said', async () => {
    const broken = { name: 'Broken', program: process.execPath, args: () => ['-e', 'throw new Error("no jar")'] };
    await expect(startDouble(broken)).rejects.toThrow(/Broken did not start[^]*no jar/);
    const missing = { name: 'Missing', program: 'no-such-program', args: () => [] };
    await expect(startDouble(missing)).rejects.toThrow(/Missing did not start[^]*ENOENT/);
  });
});
