import { emittedMessage } from '../../core/enrollment/emitted-message.ts';
import { factOf } from '../aws/bus.ts';
import { decisionPorts } from '../aws/container.ts';
import { parseFact } from '../aws/tasks.ts';
import { takesMessages } from '../middleware.ts';
import { acceptEvents } from './accept-events.ts';

/** Accepts the events that journeys let happen. */
export const handler = takesMessages(parseFact, async (fact) =>
  acceptEvents(await decisionPorts())([emittedMessage(factOf(fact))]),
);
