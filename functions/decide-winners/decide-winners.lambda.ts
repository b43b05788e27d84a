import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { definitions, dynamo, profiles } from '../aws/container.ts';
import { DynamoExperiments } from '../aws/experiments.ts';
import { realClock } from '../aws/real-clock.ts';
import { setting } from '../aws/setting.ts';
import { ENV } from '../env.ts';
import { logger, observed } from '../middleware.ts';
import { metrics } from '../metrics.ts';
import { decideWinners } from './decide-winners.ts';

/** Each hour: which variant has won, and which does harm. */
export const handler = observed(async () => {
  const experiments = new DynamoExperiments(dynamo(), setting(ENV.table));
  const ports = { profiles: profiles(), definitions: definitions(), clock: realClock, experiments };
  const ruled = await decideWinners(ports)();
  for (const ruling of ruled) logger.warn('An experiment was decided.', { ...ruling });
  const stopped = ruled.filter(({ kind }) => kind === 'barred').length;
  if (stopped > 0) metrics.addMetric('VariantsStopped', MetricUnit.Count, stopped);
});
