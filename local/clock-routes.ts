import type { Json, JsonObject } from '../core/json.ts';
import { isDuration, parseDuration } from '../core/time/duration.ts';
import { parseInstant, toInstant } from '../core/time/instant.ts';
import { ApiProblem } from '../functions/parts/http/api-problem.ts';
import { healthRoutes } from '../functions/parts/http/health.ts';
import type { RouteTable } from '../functions/parts/http/mount.ts';
import { bodyOf, unasked } from '../functions/parts/http/requests.ts';
import type { Home } from './home.ts';

/** The clock of the embedded home, and the question whether it is at rest. */
export function clockRoutes(home: Home): RouteTable {
  const now = (): { now: string; kind: string } => ({ now: toInstant(home.clock.nowMs()), kind: home.clock.kind });
  return [
    ...healthRoutes(() => ({ ok: true, atRest: home.scheduler.isAtRest, clock: now() })),
    ['GET', '/local/clock', unasked(() => Response.json(now()))],
    [
      'POST',
      '/local/clock',
      async (context) => {
        if (home.clock.kind === 'real')
          throw new ApiProblem(
            409,
            'clock_real',
            'A real clock cannot be wound.',
            undefined,
            'Start with --clock manual.',
          );
        await home.scheduler.wind(targetMs(home, await bodyOf(context, { keys: ['by', 'to'] })));
        await home.store.durable();
        return Response.json(now());
      },
    ],
    [
      'POST',
      '/local/settle',
      async () => {
        await home.scheduler.settle();
        await home.store.durable();
        return Response.json(now());
      },
    ],
  ];
}

/** Beyond, waits and windows would leave the range of dates. */
const lastMs = Date.UTC(3000, 0, 1);
function near(targetMs: number, path: string): number {
  if (targetMs <= lastMs) return targetMs;
  throw tooFar(path);
}
const tooFar = (path: string): ApiProblem =>
  new ApiProblem(422, 'clock_too_far', `The clock goes no further than ${toInstant(lastMs)}.`, path);

const howToWind = 'Send { "by": "P3D" } or { "to": "2026-11-21T10:00:00Z" }.';

function targetMs(home: Home, { by, to }: JsonObject): number {
  if (by !== undefined && to !== undefined)
    throw new ApiProblem(422, 'clock_target_ambiguous', 'Say by how much or to when, not both.', 'to', howToWind);
  if (by !== undefined) return laterMs(home, by);
  if (to !== undefined) return instantMs(home, to);
  throw new ApiProblem(422, 'clock_target_missing', 'Say by how much, or to when.', 'by', howToWind);
}

function laterMs({ clock, definitions }: Home, by: Json): number {
  if (typeof by !== 'string' || !isDuration(by))
    throw new ApiProblem(
      422,
      'duration_invalid',
      'This is not an ISO 8601 duration.',
      'by',
      'Write it like P3D or PT24H.',
    );
  if (by.startsWith('-')) throw new ApiProblem(422, 'clock_backwards', 'A clock is not wound backwards.', 'by');
  // Of more than a thousand years.
  if (!parseDuration(by)) throw tooFar('by');
  return near(clock.later(by, definitions.now.workspace.timeZone), 'by');
}

function instantMs({ clock }: Home, to: Json): number {
  const target = typeof to === 'string' ? parseInstant(to) : undefined;
  if (target === undefined)
    throw new ApiProblem(
      422,
      'timestamp_invalid',
      'This is not an instant with a zone.',
      'to',
      'Write it like 2026-11-21T10:00:00Z.',
    );
  if (target >= clock.nowMs()) return near(target, 'to');
  throw new ApiProblem(422, 'clock_backwards', `The clock stands at ${toInstant(clock.nowMs())} already.`, 'to');
}
