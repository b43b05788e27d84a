import { SQSClient } from '@aws-sdk/client-sqs';
import { dueRows } from '../aws/container-due.ts';
import { setting } from '../aws/setting.ts';
import { realClock } from '../aws/real-clock.ts';
import { WakeQueue } from '../aws/wake-queue.ts';
import { ENV } from '../env.ts';
import { logger, observed } from '../middleware.ts';

let queue: WakeQueue | undefined;

/** Each minute: tells the wake queue of every minute and shard that holds something due. */
export const handler = observed(async () => {
  queue ??= new WakeQueue(new SQSClient({}), setting(ENV.wakeQueue));
  const nowMs = realClock.nowMs();
  const places = await dueRows().places(nowMs);
  await queue.tell(places, nowMs);
  await dueRows().told(nowMs);
  logger.info('Told of what is due.', { places: places.length });
});
