import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { Bus } from '../aws/bus.ts';
import { dynamo } from '../aws/container.ts';
import { realClock } from '../aws/real-clock.ts';
import { parseRedrive, redrive, type RedriveOptions } from '../aws/redrive.ts';
import { setting } from '../aws/setting.ts';
import { ENV } from '../env.ts';
import { logger, observed, sayingOf } from '../middleware.ts';

/** Neither may be waited for without end: what was begun has a minute. */
const settings = { maxAttempts: 2, requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000 } };
let options: RedriveOptions | undefined;

/** Publishes facts again: from records that the relay put aside, or from a person's own rows. */
export const handler = observed(async (input: unknown, context) => {
  options ??= {
    client: dynamo(),
    tableName: setting(ENV.table),
    bus: new Bus(new EventBridgeClient(settings), setting(ENV.bus)),
    queues: new SQSClient(settings),
    deadQueueUrl: setting(ENV.relayDeadQueue),
    clock: realClock,
    onFailed: (id, error) => logger.error('Could not be carried again.', { id, reason: sayingOf(error) }),
  };
  return redrive(options, parseRedrive(input), context.getRemainingTimeInMillis());
});
