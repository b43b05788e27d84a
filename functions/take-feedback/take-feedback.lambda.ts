import { acceptEvents } from '../accept-events/accept-events.ts';
import { decisionPorts } from '../aws/container.ts';
import { parseReport } from '../aws/reports.ts';
import { logger, takesMessages } from '../middleware.ts';
import { takeFeedback } from './take-feedback.ts';

/** Takes what providers report of our messages. */
export const handler = takesMessages(parseReport, async (report) => {
  if (!report) return logger.debug('A report says nothing of a message of ours.');
  const ports = await decisionPorts();
  const outcome = await takeFeedback({ ...ports, accept: acceptEvents(ports) })(report);
  // Another system may send by the same account.
  if (outcome === 'unknown-delivery') logger.info('A report is of no delivery here.', { reportId: report.reportId });
});
