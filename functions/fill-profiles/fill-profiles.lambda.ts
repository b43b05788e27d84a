import { decisionPorts } from '../aws/container.ts';
import { fills, ranks } from '../aws/container-fills.ts';
import { logger, observed, sayingOf } from '../middleware.ts';
import { fillProfiles, type FillTask } from './fill-profiles.ts';
import { rankProfiles } from './rank-profiles.ts';

/** Some seconds of work; between two batches the state machine keeps where it stands. */
const pace = { most: 250, atOnce: 8 };

const failed = (profileId: string, error: unknown): void =>
  logger.error('A person could not be filled with what is published.', { profileId, reason: sayingOf(error) });

/** Counting reads a person and writes a part's counts once for a batch: longer batches write less. */
const countingPace = { most: 1_000, atOnce: 16 };

/** Fills one batch of people of a part with what is published, or counts one for the tables of ranks. */
export const handler = observed(async ({ work, ...task }: FillTask & { readonly work?: 'fill' | 'rank' }) => {
  const ports = { ...(await decisionPorts()), fills: fills() };
  if (work === 'rank') return rankProfiles({ ...ports, ranks: ranks() }, countingPace)(task);
  return fillProfiles({ ...ports, failed }, pace)(task);
});
