import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { definitions } from '../aws/container.ts';
import { fills, ranks } from '../aws/container-fills.ts';
import { rounds } from '../aws/container-rounds.ts';
import { realClock } from '../aws/real-clock.ts';
import { setting } from '../aws/setting.ts';
import { listShards } from '../aws/table/keys.ts';
import { ENV } from '../env.ts';
import { logger, observed } from '../middleware.ts';
import { beginFilling, type BegunFilling } from './begin-filling.ts';
import { beginRanking, type BegunRanking } from './begin-ranking.ts';
import { beginRounds, type BeginPorts, type BegunRound } from './begin-rounds.ts';

/** Shards of a list of members: each is walked by itself. */
const shards = numbered(listShards);

let client: SFNClient | undefined;
/** @returns whether it was not begun before */
async function start(machine: string, name: string, input: object): Promise<boolean> {
  client ??= new SFNClient({});
  try {
    await client.send(new StartExecutionCommand({ stateMachineArn: machine, name, input: JSON.stringify(input) }));
    return true;
  } catch (error) {
    if (!(error instanceof ExecutionAlreadyExists)) throw error;
    return false;
  }
}

/** One execution for a walk, by its name of at most 80 characters: 64 of a journey, 13 of a time, one of a walk begun anew. */
async function beginRound({ closings = 0, ...round }: BegunRound): Promise<void> {
  const { journeyId, roundId } = round;
  const anew = closings === 0 ? '' : `-${(closings % 36).toString(36)}`;
  const name = `${journeyId}-${roundId.replaceAll(/[-:]/g, '')}${anew}`;
  if (await start(setting(ENV.roundsMachine), name, { ...round, parts: shards }))
    logger.info('A round of a schedule was begun.', { journeyId, roundId });
}

async function beginFill({ number, startedMs, tried }: BegunFilling): Promise<void> {
  const input = { work: 'fill', number, startedMs, parts: numbered(fills().parts) };
  if (await start(setting(ENV.fillMachine), `${number}-${tried}`, input))
    logger.info('Filling everybody with what is published was begun.', { number });
}

async function beginRank({ number, startedMs, tried }: BegunRanking): Promise<void> {
  const input = { work: 'rank', number, startedMs, parts: numbered(fills().parts) };
  if (await start(setting(ENV.fillMachine), `rank-${number}-${tried}`, input))
    logger.info('Counting everybody for the tables of ranks was begun.', { number });
}

function numbered(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

let look: (() => Promise<void>) | undefined;
let lookAtRanks: (() => Promise<void>) | undefined;

/** Each minute: begins the rounds of schedules whose time has come, fills everybody with what was published, and counts them for ranks. */
export const handler = observed(async () => {
  const missed: BeginPorts['missed'] = (round) => logger.error('A round of a schedule was missed.', { ...round });
  const ports = { definitions: definitions(), clock: realClock };
  look ??= beginFilling({ ...ports, fills: fills(), begin: beginFill });
  await look();
  lookAtRanks ??= beginRanking({ ...ports, fills: fills(), ranks: ranks(), begin: beginRank });
  await lookAtRanks();
  await beginRounds({ ...ports, rounds: rounds(), begin: beginRound, missed })();
});
