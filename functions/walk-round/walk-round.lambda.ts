import { entryPorts } from '../aws/container-executions.ts';
import { rounds } from '../aws/container-rounds.ts';
import { enterJourney } from '../enter-journey/enter-journey.ts';
import { observed } from '../middleware.ts';
import { walkRound, type WalkTask } from './walk-round.ts';

/** Some seconds of work; between two batches the state machine keeps where it stands. */
const pace = { most: 250, atOnce: 16 };

/** Takes a part of a round one batch further. */
export const handler = observed(async (task: WalkTask) => {
  const ports = await entryPorts();
  return walkRound({ ...ports, rounds: rounds(), enter: enterJourney(ports) }, pace)(task);
});
