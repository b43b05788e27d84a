import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { S3Client } from '@aws-sdk/client-s3';
import { dynamo } from '../aws/container.ts';
import { S3LakeObjects } from '../aws/lake-objects.ts';
import { realClock } from '../aws/real-clock.ts';
import { setting } from '../aws/setting.ts';
import { DynamoSweeps } from '../aws/sweeps.ts';
import { ENV } from '../env.ts';
import { logger, observed } from '../middleware.ts';
import { metrics } from '../metrics.ts';
import { sweepLake } from './sweep-lake.ts';

/** Of the fifteen minutes that a call has: an object takes seconds. */
const forMs = 12 * 60_000;

let sweep: ReturnType<typeof sweepLake> | undefined;

/** Each hour: takes people who were erased out of the lake. */
export const handler = observed(async () => {
  sweep ??= sweepLake(
    {
      sweeps: new DynamoSweeps(dynamo(), setting(ENV.table)),
      objects: new S3LakeObjects(new S3Client({}), setting(ENV.lakeBucket)),
      clock: realClock,
      unread: (key, reason) => {
        logger.error('An object of the lake could not be read, and may say something of people who were erased.', {
          key,
          reason,
        });
        metrics.addMetric('LakeObjectsUnread', MetricUnit.Count, 1);
      },
    },
    forMs,
  );
  const done = await sweep();
  if (!done) return;
  const { people, isOver, startedMs: _, ...counts } = done;
  logger.info(isOver ? 'The lake was swept.' : 'The lake is being swept.', { people: people.length, ...counts });
});
