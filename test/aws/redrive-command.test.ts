import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { DynamoProfileStore } from '../../functions/aws/profile-store.ts';
import { parseRedrive, redrive } from '../../functions/aws/redrive.ts';
import { realClock } from '../../functions/aws/real-clock.ts';
import { sojourn } from '../cli/run.ts';
import { aStandIn, signedIn, type StandIn } from '../cli/stand-in.ts';
import { aFact, anEvent, aProfile, atMs } from '../contracts/rows.ts';
import { aTable, type OpenTable } from './a-table.ts';
import { anAccount } from './doubles/clients.ts';
import { asLambdaRecords } from './lambda-records.ts';

/**
 * The stack and the queue are moto's, the table is DynamoDB Local's, and the stand-in calls the function: moto would need
 * Docker for that.
 */
let table: OpenTable;
let standIn: StandIn;
let published: string[];
let queues: SQSClient;
let deadQueueUrl: string;
let env: { readonly [name: string]: string };
beforeEach(async () => {
  const account = await anAccount();
  [table, published, queues] = [await aTable(), [], new SQSClient(account)];
  deadQueueUrl = (await queues.send(new CreateQueueCommand({ QueueName: 'dead' }))).QueueUrl!;
  const options = {
    client: table.client,
    tableName: table.name,
    queues,
    deadQueueUrl,
    clock: realClock,
    bus: {
      publish: async (facts: readonly { readonly name: string }[]) => (published.push(...facts.map((f) => f.name)), []),
    },
    onFailed: () => undefined,
  };
  standIn = await aStandIn(async ({ service, operation, body }) => {
    if (service !== 'lambda') return undefined;
    expect(operation).toContain('/functions/the-function/invocations');
    return { body: await redrive(options, parseRedrive(JSON.parse(body)), 900_000) };
  }, inject('moto'));
  env = {
    ...signedIn(standIn.endpoint),
    AWS_ACCESS_KEY_ID: account.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: account.credentials.secretAccessKey,
  };
  const template = {
    Resources: { Topic: { Type: 'AWS::SNS::Topic' } },
    Outputs: { RedriveFunction: { Value: 'the-function' } },
  };
  await new CloudFormationClient(account).send(
    new CreateStackCommand({ StackName: 'Sojourn-dev-App', TemplateBody: JSON.stringify(template) }),
  );
});
afterEach(async () => {
  table.close();
  await standIn.close();
});

async function tell(): Promise<void> {
  await new DynamoProfileStore(table.client, table.name, { nowMs: () => atMs }).commit({
    attemptId: 'a1',
    profiles: [{ expectedVersion: 0, profile: aProfile('p1') }],
    events: [anEvent('p1', 'm1')],
    facts: [aFact('Signed Up')],
  });
}

describe('sojourn redrive against a deployment', () => {
  it('empties the queue of records that were put aside', async () => {
    await tell();
    for (const record of asLambdaRecords(await table.records()))
      await queues.send(new SendMessageCommand({ QueueUrl: deadQueueUrl, MessageBody: JSON.stringify(record) }));
    const { code, stdout, stderr } = await sojourn(['redrive', '--records'], env).ran;
    expect([code, stdout], stderr).toEqual([0, '3 records carried.\n']);
    expect(published).toEqual(['Signed Up']);
    const { Attributes } = await queues.send(
      new GetQueueAttributesCommand({ QueueUrl: deadQueueUrl, AttributeNames: ['All'] }),
    );
    expect(Attributes).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
    });
  });

  it('publishes a person’s facts again, and knows who is not there', async () => {
    await tell();
    expect(await sojourn(['redrive', '--profile', 'p1'], env).ran).toMatchObject({
      code: 0,
      stdout: '1 fact carried.\n',
    });
    expect(published).toEqual(['Signed Up']);
    expect(await sojourn(['redrive', '--profile', 'p2'], env).ran).toMatchObject({ code: 2 });
  });

  it('says that there is no such stack, as CloudFormation says it', async () => {
    const { code, stderr } = await sojourn(['redrive', '--records', '--stage', 'prod'], env).ran;
    expect(code).toBe(2);
    expect(stderr).toMatch(/^sojourn: no-such-stack: could not read the stack Sojourn-prod-App/);
  });
});
