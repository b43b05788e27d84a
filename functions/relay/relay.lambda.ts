import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { Bus } from '../aws/bus.ts';
import { dynamo } from '../aws/container.ts';
import { setting } from '../aws/setting.ts';
import { realClock } from '../aws/real-clock.ts';
import { StreamRelay } from '../aws/relay.ts';
import { ENV } from '../env.ts';
import { logger, observed, sayingOf } from '../middleware.ts';

let relay: StreamRelay | undefined;

/** Carries committed facts to the bus, and memberships to their lists. */
export const handler = observed(async ({ Records }: DynamoDBStreamEvent) => {
  relay ??= new StreamRelay({
    client: dynamo(),
    tableName: setting(ENV.table),
    bus: new Bus(new EventBridgeClient({}), setting(ENV.bus)),
    queues: new SQSClient({}),
    deadQueueUrl: setting(ENV.relayDeadQueue),
    clock: realClock,
    onDead: ({ eventID }, error) => logger.error('A record was buried.', { eventID, reason: sayingOf(error) }),
  });
  await relay.carry(Records);
});
