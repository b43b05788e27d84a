import { eventProblemCodes, type EventProblem } from '../../../core/event/catalogue.ts';
import type { ProblemCount, QuarantinedEvent } from '../../../core/event/quarantine.ts';
import type { JsonObject } from '../../../core/json.ts';
import { toInstant } from '../../../core/time/instant.ts';
import type { ReplayOutcome } from '../../replay-quarantined/replay-quarantined.ts';
import type { ApiOptions } from './api-options.ts';
import { ApiProblem } from './api-problem.ts';
import { CursorInvalid } from './directory.ts';
import type { RouteTable } from './mount.ts';
import { bodyOf, oneOf, onlyKnown, pageOf, textIn, unasked } from './requests.ts';

/** Events that one call replays or drops; each of the first is a commit. */
const mostAtOnce = 100;
/** As long as a name of an event may be. */
const longestName = 200;

/** Events that were set aside: listed, counted, let in after a fix, and dropped. */
export function quarantineRoutes({ quarantine, replay, durable }: ApiOptions): RouteTable {
  return [
    [
      'GET',
      '/api/quarantine',
      async (context) => {
        const { limit, cursor } = pageOf(context, 'event', 'problem');
        const { name, code } = meantBy(context.req.query());
        const after = cursor === undefined ? undefined : placeIn(cursor);
        const { rows, cursor: next } = await quarantine.list({
          ...{
            order: 'newest',
            most: limit,
            ...(name !== undefined && { name }),
            ...(after !== undefined && { after }),
          },
        });
        const items = rows.filter((row) => has(row, code)).map(presentQuarantined);
        return Response.json({ items, ...(next !== undefined && { next: cursorAt(next) }) });
      },
    ],
    [
      'GET',
      '/api/quarantine/summary',
      unasked(async () => {
        const [quarantined, counts] = await Promise.all([quarantine.count(), quarantine.noted()]);
        return Response.json({ quarantined, items: counts.map(presentCount) });
      }),
    ],
    [
      'POST',
      '/api/quarantine/replay',
      async (context) => {
        const body = await bodyOf(context, { keys: ['event', 'problem', 'ids', 'cursor', 'limit'], mayBeEmpty: true });
        const cursor = textIn(body, 'cursor');
        const { items, next, left } = await replay({
          ...meantBy(body),
          ...(cursor !== undefined && { cursor: placeIn(cursor) }),
          most: mostIn(body),
        });
        const count = (outcome: ReplayOutcome): number => items.filter((one) => one.outcome === outcome).length;
        return Response.json({
          ...{
            looked: items.length,
            replayed: count('replayed'),
            duplicate: count('duplicate'),
            erased: count('erased'),
          },
          ...{ wrong: count('wrong'), refused: count('refused'), left },
          ...(next !== undefined && { next: cursorAt(next) }),
          items: items.filter(({ outcome }) => outcome === 'wrong' || outcome === 'refused'),
        });
      },
    ],
    [
      'DELETE',
      '/api/quarantine',
      async (context) => {
        const body: JsonObject = { ...context.req.query(), ...(await bodyOf(context, { mayBeEmpty: true })) };
        onlyKnown(body, ['event', 'problem', 'ids', 'all', 'cursor', 'limit']);
        const { ids, name, code } = meantBy(body);
        const isAll = body['all'] === true || body['all'] === 'true';
        if (!ids && name === undefined && code === undefined && !isAll)
          throw new ApiProblem(
            422,
            'nothing_named',
            'Say which events are to be dropped.',
            'event',
            'Name an event, a problem or ids, or say "all": true.',
          );
        const cursor = textIn(body, 'cursor');
        const after = cursor === undefined ? undefined : placeIn(cursor);
        const { rows, cursor: next } = ids
          ? { rows: await quarantine.get(ids), cursor: undefined }
          : await quarantine.list({
              ...{
                order: 'oldest',
                most: mostIn(body),
                ...(name !== undefined && { name }),
                ...(after !== undefined && { after }),
              },
            });
        const meant = rows.filter((row) => has(row, code));
        await quarantine.remove(meant.map(({ quarantineId }) => quarantineId));
        await durable();
        const left = await quarantine.count(name);
        return Response.json({ dropped: meant.length, left, ...(next !== undefined && { next: cursorAt(next) }) });
      },
    ],
  ];
}

const has = ({ problems }: QuarantinedEvent, code: EventProblem['code'] | undefined): boolean =>
  code === undefined || problems.some((one) => one.code === code);

/** Which events are meant. @throws ApiProblem 422 */
function meantBy(body: object): {
  readonly ids?: readonly string[];
  readonly name?: string;
  readonly code?: EventProblem['code'];
} {
  const { ids } = body as { readonly ids?: unknown };
  const name = textIn(body as JsonObject, 'event', longestName);
  const code = oneOf('problem', (body as { readonly problem?: unknown }).problem, eventProblemCodes);
  if (ids === undefined) return { ...(name !== undefined && { name }), ...(code !== undefined && { code }) };
  const isList =
    Array.isArray(ids) &&
    ids.length <= mostAtOnce &&
    ids.every((id) => typeof id === 'string' && /^q_[\w-]{20}$/.test(id));
  if (!isList)
    throw new ApiProblem(
      422,
      'ids_invalid',
      `ids is a list of at most ${mostAtOnce} ids of quarantined events.`,
      'ids',
      'GET /api/quarantine tells them.',
    );
  if (name !== undefined || code !== undefined)
    throw new ApiProblem(422, 'ids_with_filter', 'Give either ids, or an event and a problem.', 'ids');
  return { ids: [...new Set(ids as readonly string[])] };
}

function mostIn(body: JsonObject): number {
  const { limit = mostAtOnce } = body;
  const most = Number(limit);
  if (Number.isInteger(most) && most >= 1 && most <= mostAtOnce) return most;
  throw new ApiProblem(422, 'limit_invalid', `limit is a whole number from 1 to ${mostAtOnce}.`, 'limit');
}

/** A place in the quarantine as an opaque cursor. */
const cursorAt = (place: string): string => Buffer.from(place).toString('base64url');
/** @throws CursorInvalid */
function placeIn(cursor: string): string {
  const place = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!/^\d{1,15}#q_[\w-]{20}$/.test(place)) throw new CursorInvalid('The cursor was not made here.');
  return place;
}

/** An event as the timeline would show it, and why it is not there. */
function presentQuarantined({ quarantineId, message, problems, atMs, expiresMs }: QuarantinedEvent): JsonObject {
  const { name, type, messageId, userId, anonymousId, properties, context, occurredMs, receivedMs } = message;
  return {
    ...{ quarantineId, event: name, type, messageId },
    ...(userId !== undefined && { userId }),
    ...(anonymousId !== undefined && { anonymousId }),
    ...{ occurredAt: toInstant(occurredMs), receivedAt: toInstant(receivedMs) },
    ...{ quarantinedAt: toInstant(atMs), expiresAt: toInstant(expiresMs) },
    ...{ problems: problems.map((one) => ({ ...one })), properties, context },
  };
}
const presentCount = ({ name, firstMs, lastMs, ...rest }: ProblemCount): JsonObject => ({
  event: name,
  ...rest,
  firstAt: toInstant(firstMs),
  lastAt: toInstant(lastMs),
});
