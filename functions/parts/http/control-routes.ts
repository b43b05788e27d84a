import type { Context } from 'hono';
import { channelSubject, journeySubject, workspaceSubject, type Stop } from '../../../core/control/stop.ts';
import { channels } from '../../../core/journey/document.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { Controls, DefinitionStore } from '../../../core/ports.ts';
import { closest, didYouMean } from '../../../core/suggest.ts';
import { toInstant } from '../../../core/time/instant.ts';
import type { ControlOrder } from '../../control-journeys/control-journeys.ts';
import type { EndAnswer, EndPorts } from '../../end-enrollments/end-enrollments.ts';
import { ApiProblem } from './api-problem.ts';
import type { RouteTable } from './mount.ts';
import { bodyOf, saidIn, unasked } from './requests.ts';

/** What pausing and stopping need of the system behind them. */
export interface ControlOptions {
  readonly controls: Pick<Controls, 'list'>;
  readonly definitions: Pick<DefinitionStore, 'current'>;
  readonly control: (order: ControlOrder) => Promise<Stop | undefined>;
  /** Who is inside a journey, part by part: also inside one that is published no more. */
  readonly inside: EndPorts['inside'];
  /** Ends people inside a stopped journey, for as long as a request may take. */
  readonly end: (journeyId: string) => Promise<EndAnswer>;
}

const bodyRules = { keys: ['by', 'reason'], mayBeEmpty: true } as const;

/** Pauses, stops and resumptions of journeys, channels and everything; and what stands. */
export function controlRoutes(options: ControlOptions): RouteTable {
  const { controls, control, end } = options;
  const order =
    (verb: ControlOrder['verb'], subjectOf: (context: Context) => Promise<string>) =>
    async (context: Context): Promise<Response> => {
      const subject = await subjectOf(context);
      const stop = await control({ verb, subject, ...saidIn(await bodyOf(context, bodyRules)) });
      return Response.json(stop ? presentStop(stop) : { subject, kind: 'running' });
    };
  const journey = async (context: Context): Promise<string> => journeySubject(await journeyIdOf(context, options));
  const channel = async (context: Context): Promise<string> => channelSubject(channelOf(context));
  const workspace = async (): Promise<string> => workspaceSubject;
  return [
    ['GET', '/api/stops', unasked(async () => Response.json({ items: (await controls.list()).map(presentStop) }))],
    ['POST', '/api/journeys/:id/pause', order('pause', journey)],
    ['POST', '/api/journeys/:id/resume', order('resume', journey)],
    [
      'POST',
      '/api/journeys/:id/stop',
      async (context) => {
        const id = await journeyIdOf(context, options);
        const said = saidIn(await bodyOf(context, bodyRules));
        const standing = (await controls.list()).find((one) => one.subject === journeySubject(id));
        // Called again to go on: the word stands, and has been heeded.
        const stop =
          standing?.kind === 'stopped'
            ? standing
            : await control({ verb: 'stop', subject: journeySubject(id), ...said });
        return Response.json({ ...(stop && presentStop(stop)), ...(await end(id)) });
      },
    ],
    ['POST', '/api/channels/:channel/pause', order('pause', channel)],
    ['POST', '/api/channels/:channel/resume', order('resume', channel)],
    ['POST', '/api/workspace/pause', order('pause', workspace)],
    ['POST', '/api/workspace/resume', order('resume', workspace)],
  ];
}

/** As it is shown; `reason` is why somebody did it. */
export const presentStop = ({ subject, kind, atMs, by, why }: Stop): JsonObject => ({
  subject,
  kind,
  at: toInstant(atMs),
  ...(by !== undefined && { by }),
  ...(why !== undefined && { reason: why }),
});

/** A journey that is published, or one that was and still stands here or has people inside of it. */
async function journeyIdOf(context: Context, { definitions, controls, inside }: ControlOptions): Promise<string> {
  const id = context.req.param('id') ?? '';
  const { journeys } = await definitions.current();
  if (journeys.has(id)) return id;
  if ((await controls.list()).some((one) => one.subject === journeySubject(id))) return id;
  if (await isAnybodyIn(id, inside)) return id;
  const { suggestion } = didYouMean(closest(id, journeys.keys()));
  throw new ApiProblem(404, 'journey_unknown', `There is no journey "${id}".`, 'id', suggestion);
}

async function isAnybodyIn(journeyId: string, inside: ControlOptions['inside']): Promise<boolean> {
  let cursor: string | undefined;
  do {
    const { items, next } = await inside(journeyId, cursor);
    if (items.length > 0) return true;
    cursor = next;
  } while (cursor !== undefined);
  return false;
}

function channelOf(context: Context): (typeof channels)[number] {
  const name = context.req.param('channel');
  const found = channels.find((one) => one === name);
  if (found) return found;
  const { suggestion = `Channels are ${channels.join(', ')}.` } = didYouMean(closest(name ?? '', channels));
  throw new ApiProblem(404, 'channel_unknown', `There is no channel "${name ?? ''}".`, 'channel', suggestion);
}
