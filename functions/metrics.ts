import { Metrics } from '@aws-lambda-powertools/metrics';
import { atEnd } from './middleware.ts';

/** What the function measures. Apart from the middleware: most functions measure nothing, and load nothing for it. */
export const metrics = new Metrics({ namespace: 'Sojourn' });

// Powertools' own middleware writes a line for every call that measured nothing.
atEnd.push(() => {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
});
