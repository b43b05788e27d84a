import { triggerOf } from '../../core/enrollment/trigger.ts';
import { factOf } from '../aws/bus.ts';
import { entryPorts } from '../aws/container-executions.ts';
import { parseEntry } from '../aws/tasks.ts';
import { takesMessages } from '../middleware.ts';
import { enterJourney } from './enter-journey.ts';

/** Takes triggers of journeys from the entry queue. */
export const handler = takesMessages(parseEntry, async ({ journeyId, ...fact }) =>
  enterJourney(await entryPorts())({ journeyId, trigger: triggerOf(factOf(fact)) }),
);
