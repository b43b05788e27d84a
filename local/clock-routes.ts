import { isObject } from '../core/json.ts';
import { parseDuration } from '../core/time/duration.ts';
import { parseInstant, toInstant } from '../core/time/instant.ts';
import { ApiProblem } from '../functions/parts/http/api-problem.ts';
import { healthRoutes } from '../functions/parts/http/health.ts';
import type { RouteTable } from '../functions/parts/http/mount.ts';
import { textOf } from '../functions/parts/http/requests.ts';
import type { Home } from './home.ts';

/** The clock of the embedded home, and the question whether it is at rest. */
export function clockRoutes(home: Home): RouteTable {
  const now = (): { now: string; kind: string } => ({ now: toInstant(home.clock.nowMs()), kind: home.clock.kind });
  return [
    ...healthRoutes(() => ({ ok: true, atRest: home.scheduler.isAtRest, clock: now() })),
    ['GET', '/local/clock', () => Response.json(now())],
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
        await home.scheduler.wind(targetMs(home, await textOf(context)));
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
  throw new ApiProblem(422, 'clock_too_far', `The clock goes no further than ${toInstant(lastMs)}.`, path);
}

function targetMs(home: Home, text: string): number {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new ApiProblem(400, 'invalid_json', 'The body is not JSON.');
  }
  if (isObject(body) && typeof body['by'] === 'string') {
    const duration = parseDuration(body['by']);
    if (!duration)
      throw new ApiProblem(
        422,
        'duration_invalid',
        'This is not an ISO 8601 duration.',
        'by',
        'Write it like P3D or PT24H.',
      );
    const target = home.clock.later(body['by'], home.definitions.now.workspace.timeZone);
    if (target < home.clock.nowMs())
      throw new ApiProblem(422, 'clock_backwards', 'A clock is not wound backwards.', 'by');
    return near(target, 'by');
  }
  if (isObject(body) && typeof body['to'] === 'string') {
    const target = parseInstant(body['to']);
    if (target === undefined)
      throw new ApiProblem(
        422,
        'timestamp_invalid',
        'This is not an instant with a zone.',
        'to',
        'Write it like 2026-11-21T10:00:00Z.',
      );
    if (target < home.clock.nowMs())
      throw new ApiProblem(
        422,
        'clock_backwards',
        `The clock stands at ${toInstant(home.clock.nowMs())} already.`,
        'to',
      );
    return near(target, 'to');
  }
  throw new ApiProblem(
    422,
    'clock_target_missing',
    'Say by how much, or to when.',
    'by',
    'Send { "by": "P3D" } or { "to": "2026-11-21T10:00:00Z" }.',
  );
}
