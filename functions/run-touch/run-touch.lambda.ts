import { decisionPorts, definitions, keyring, profiles } from '../aws/container.ts';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { deployedAsking } from '../aws/deployed-asking.ts';
import { deployedChannels } from '../aws/deployed-channels.ts';
import { setting } from '../aws/setting.ts';
import { publishedContent } from '../aws/content.ts';
import { ENV } from '../env.ts';
import { metrics } from '../metrics.ts';
import { logger, observed, sayingOf } from '../middleware.ts';
import { SignedLinks } from '../parts/people/links.ts';
import { runTouch, type TouchTask } from './run-touch.ts';

let touch: ReturnType<typeof runTouch> | undefined;
async function build(): Promise<ReturnType<typeof runTouch>> {
  const ports = await decisionPorts();
  const links = new SignedLinks(await keyring(), setting(ENV.baseUrl));
  const channels = deployedChannels({
    onNotKept: (deliveryId, error) => logger.error('A message was not kept.', { deliveryId, reason: sayingOf(error) }),
    onFailed: (deliveryId, reason) => {
      logger.warn('A hand-over failed.', { deliveryId, reason });
      metrics.addMetric('SendFailures', MetricUnit.Count, 1);
    },
  });
  const content = publishedContent(definitions(), links, ports.clock);
  const asking = deployedAsking(content, (pool, state, isNews) => {
    if (isNews) logger.warn(state === 'empty' ? 'No coupons are left.' : 'Few coupons are left.', { pool });
    metrics.addMetric('CouponsLow', MetricUnit.Count, 1);
  });
  profiles().onStop = ({ subject, why }) => {
    logger.error('The breaker has stopped a journey.', { subject, why });
    metrics.addMetric('BreakerTrips', MetricUnit.Count, 1);
  };
  return runTouch({ ...ports, channels, content, asking });
}

/** A task of a journey's state machine: all steps up to the next hold. */
export const handler = observed(async (task: TouchTask) => (touch ??= await build())(task));
