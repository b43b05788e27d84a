import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { factOf } from '../aws/bus.ts';
import { executionPorts } from '../aws/container-executions.ts';
import { parseFact } from '../aws/tasks.ts';
import { unaskable } from '../aws/unaskable.ts';
import { metrics } from '../metrics.ts';
import { takesMessages } from '../middleware.ts';
import { resumeEnrollment } from './resume-enrollment.ts';

/** Completes the tokens of enrollments that ended, or whose hold is over. */
export const handler = takesMessages(parseFact, async (carried) => {
  const { name, atMs, detail } = factOf(carried);
  const ports = await executionPorts();
  await resumeEnrollment({ ...ports, channels: unaskable })(name);
  // From the commit of the conversion to the end of what it ended.
  if (detail['ended'] === 'converted')
    metrics.addMetric('ExclusionLatency', MetricUnit.Milliseconds, ports.clock.nowMs() - atMs);
});
