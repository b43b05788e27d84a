import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { definitions } from '../aws/container.ts';
import { rounds } from '../aws/container-rounds.ts';
import { realClock } from '../aws/real-clock.ts';
import { setting } from '../aws/setting.ts';
import { listShards } from '../aws/table/keys.ts';
import { ENV } from '../env.ts';
import { logger, observed } from '../middleware.ts';
import { beginRounds, type BeginPorts, type BegunRound } from './begin-rounds.ts';

/** Shards of a list of members: each is walked by itself. */
const parts = Array.from({ length: listShards }, (_, shard) => shard);

let client: SFNClient | undefined;
/** One execution for a round, by its name: 64 characters of a journey, and 15 of a time. */
async function begin(round: BegunRound): Promise<void> {
  client ??= new SFNClient({});
  const name = `${round.journeyId}-${round.roundId.replaceAll(/[-:]/g, '')}`;
  const stateMachineArn = setting(ENV.roundsMachine);
  try {
    await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify({ ...round, parts }) }));
    logger.info('A round of a schedule was begun.', { journeyId: round.journeyId, roundId: round.roundId });
  } catch (error) {
    if (!(error instanceof ExecutionAlreadyExists)) throw error;
  }
}

/** Each minute: begins the rounds of schedules whose time has come. */
export const handler = observed(async () => {
  const missed: BeginPorts['missed'] = (round) => logger.error('A round of a schedule was missed.', { ...round });
  await beginRounds({ definitions: definitions(), clock: realClock, rounds: rounds(), begin, missed })();
});
