import { decisionPorts } from '../aws/container.ts';
import { fills } from '../aws/container-fills.ts';
import { logger, observed, sayingOf } from '../middleware.ts';
import { fillProfiles, type FillTask } from './fill-profiles.ts';

/** Some seconds of work; between two batches the state machine keeps where it stands. */
const pace = { most: 250, atOnce: 8 };

const failed = (profileId: string, error: unknown): void =>
  logger.error('A person could not be filled with what is published.', { profileId, reason: sayingOf(error) });

/** Fills one batch of people of a part with what is published. */
export const handler = observed(async (task: FillTask) =>
  fillProfiles({ ...(await decisionPorts()), fills: fills(), failed }, pace)(task),
);
