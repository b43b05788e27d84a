import { triggerOf } from '../../core/enrollment/trigger.ts';
import { factOf } from '../aws/bus.ts';
import { executionPorts } from '../aws/container-executions.ts';
import { parseEntry } from '../aws/tasks.ts';
import { takesMessages } from '../middleware.ts';
import { enterJourney } from './enter-journey.ts';

/** Takes triggers of journeys from the entry queue. */
export const handler = takesMessages(parseEntry, async ({ journeyId, ...fact }) =>
  enterJourney(await executionPorts())({ journeyId, trigger: triggerOf(factOf(fact)) }),
);
