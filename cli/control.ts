import { Command } from 'commander';
import { userInfo } from 'node:os';
import { isObject } from '../core/json.ts';
import type { Where } from './aws/deployed.ts';
import { AnswerRefused, connect, type Connection } from './connection.ts';
import { needData } from './folders.ts';
import { createProgress } from './progress.ts';
import { placed } from './place.ts';
import { giveUp } from './settings.ts';
import { counted } from './words.ts';

type Verb = 'pause' | 'resume' | 'stop';
interface ControlOptions extends Where {
  readonly home: 'local' | 'aws';
  readonly data: string;
  readonly workflows: string;
  readonly channel?: string;
  readonly all?: boolean;
  readonly why?: string;
}

const does = {
  pause: 'holds everybody in a journey where they are, or all messages of a channel',
  resume: 'lets go on what was paused or stopped; people come back within the hour, one by one',
  stop: 'ends a journey for everybody inside, and lets nobody in',
} as const;

/** What keeps journeys from going on, and lets them: `sojourn pause`, `resume` and `stop`. */
export const controlCommands = (): readonly Command[] => (['pause', 'resume', 'stop'] as const).map(controlCommand);

function controlCommand(verb: Verb): Command {
  const command = placed(new Command(verb).description(does[verb])).argument(
    verb === 'stop' ? '<journey>' : '[journey]',
    'id of the journey',
  );
  if (verb !== 'stop') {
    command.option('--channel <channel>', 'a channel instead of a journey');
    command.option('--all', 'everything');
  }
  if (verb !== 'resume') command.option('--why <text>', 'kept, and shown to whoever looks');
  return command.action((journey: string | undefined, options: ControlOptions) => run(verb, journey, options));
}

/** What is meant: its address in the API, and how it is called. */
interface Target {
  readonly path: string;
  readonly name: string;
}

async function run(verb: Verb, journey: string | undefined, options: ControlOptions): Promise<void> {
  const target = targetOf(journey, options);
  try {
    const home = await homeOf(options);
    const said = await say(home, verb, target, options.why).finally(() => home.close());
    process.stdout.write(`${said}\n`);
  } catch (error) {
    if (error instanceof AnswerRefused) giveUp(error.message);
    if (options.home === 'local') throw error;
    const { CannotRun } = await import('./aws/cannot-run.ts');
    if (!(error instanceof CannotRun)) throw error;
    giveUp(error.message);
  }
}

async function say(home: Connection, verb: Verb, { path, name }: Target, why: string | undefined): Promise<string> {
  const body = JSON.stringify({ by: userInfo().username, ...(why !== undefined && { reason: why }) });
  const ask = (): Promise<unknown> => home.post(`${path}/${verb}`, body);
  return sentence(verb, name, verb === 'stop' ? await stopAll(ask) : await ask());
}

function targetOf(journey: string | undefined, { channel, all }: ControlOptions): Target {
  if ([journey, channel, all].filter((one) => one !== undefined).length !== 1)
    giveUp('Say what is meant: the id of a journey, --channel <channel> or --all.');
  if (journey !== undefined)
    return { path: `/api/journeys/${encodeURIComponent(journey)}`, name: `The journey "${journey}"` };
  return channel === undefined
    ? { path: '/api/workspace', name: 'Everything' }
    : { path: `/api/channels/${encodeURIComponent(channel)}`, name: `The channel "${channel}"` };
}

async function homeOf(options: ControlOptions): Promise<Connection> {
  if (options.home === 'local') {
    needData(options.data);
    return connect(options);
  }
  const { connectToAws } = await import('./aws/control-connection.ts');
  return connectToAws(options);
}

/** Asks until nobody is left inside. */
async function stopAll(ask: () => Promise<unknown>): Promise<{ readonly ended: number }> {
  const progress = createProgress('stop', undefined);
  for (let ended = 0; ;) {
    const answer = await ask();
    if (!isObject(answer) || typeof answer['ended'] !== 'number') return { ended };
    ended += answer['ended'];
    if (answer['isMore'] !== true) {
      progress.done(`${counted(ended, 'person', 'people')} ended`);
      return { ended };
    }
    progress.update(ended, `${counted(ended, 'person', 'people')} ended`);
  }
}

function sentence(verb: Verb, name: string, done: unknown): string {
  if (verb === 'resume') return `${name} goes on. Whoever stood still comes back within the hour.`;
  if (verb === 'pause') return `${name} is paused. From now on nothing is handed over.`;
  const ended = isObject(done) && typeof done['ended'] === 'number' ? done['ended'] : 0;
  return `${name} is stopped: ${counted(ended, 'person', 'people')} ended. Nobody enters it until it is resumed.`;
}
