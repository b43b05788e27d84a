import type { Context } from 'hono';
import type { JsonObject } from '../../../core/json.ts';
import type { PersonalData, PersonIds } from '../../../core/ports.ts';
import type { Receipt } from '../../../core/privacy/erasure.ts';
import {
  exportedHoldings,
  holdingIds,
  holdingOf,
  keptAfterErasure,
  type HoldingId,
} from '../../../core/privacy/inventory.ts';
import { historyIds } from '../../../core/profile/profile.ts';
import { toInstant } from '../../../core/time/instant.ts';
import type { ApiOptions } from './api-options.ts';
import { ApiProblem } from './api-problem.ts';
import type { RouteTable } from './mount.ts';
import { bodyOf, list, onlyKnown, pageOf, saidIn, unasked } from './requests.ts';

/** What is kept of people: shown to them, and taken away. */
export function privacyRoutes({ ports, personal, erase, durable }: ApiOptions): RouteTable {
  const person = async (context: Context): Promise<PersonIds> => {
    const loaded = await ports.profiles.load(context.req.param('profileId') ?? '');
    if (!loaded) throw unknownProfile();
    const { profile } = loaded;
    if (profile.erasure) throw erasedProblem(profile.erasure.erasureId);
    return { profileId: profile.profileId, mergedIds: historyIds(profile).slice(1) };
  };
  return [
    ['GET', '/api/privacy/inventory', unasked(() => Response.json({ items: holdingIds.map(presentHolding) }))],
    [
      'GET',
      '/api/profiles/:profileId/export',
      async (context) => {
        const ids = await person(context);
        const { limit, cursor } = pageOf(context);
        const [at, after] = openCursor(cursor);
        const holding = exportedHoldings[at]!;
        const { rows, next } = await (
          await personal()
        ).read(holding, ids, {
          most: limit,
          ...(after !== undefined && { after }),
        });
        const following =
          next === undefined ? (at + 1 < exportedHoldings.length ? `${at + 1}` : undefined) : `${at}.${next}`;
        const page = { items: rows, ...(following !== undefined && { next: following }) };
        return list(page, (row) => ({ holding, row: presentRow(row) }));
      },
    ],
    [
      'POST',
      '/api/profiles/:profileId/erase',
      async (context) => {
        const body = await bodyOf(context);
        onlyKnown(body, ['by', 'reason']);
        const { by, why } = saidIn(body);
        const receipt = await erase({
          profileId: context.req.param('profileId') ?? '',
          ...(by !== undefined && { by }),
          ...(why !== undefined && { why }),
        });
        if (receipt === 'unknown-profile') throw unknownProfile();
        await durable();
        return Response.json(presentReceipt(await personal())(receipt), {
          status: receipt.status === 'done' ? 200 : 202,
        });
      },
    ],
    [
      'GET',
      '/api/erasures',
      async (context) => {
        const data = await personal();
        return list(await data.receipts(pageOf(context)), presentReceipt(data));
      },
    ],
    [
      'GET',
      '/api/erasures/:erasureId',
      unasked(async (context) => {
        const data = await personal();
        const receipt = await data.receipt(context.req.param('erasureId') ?? '');
        if (!receipt)
          throw new ApiProblem(
            404,
            'erasure_unknown',
            'There is no erasure with this id.',
            'erasureId',
            'See GET /api/erasures.',
          );
        return Response.json(presentReceipt(data)(receipt));
      }),
    ],
  ];
}

/** Where an export goes on: which kind of thing, and after what of it. */
function openCursor(cursor: string | undefined): readonly [at: number, after?: string] {
  const [, at, after] = /^(\d{1,3})(?:\.(.{1,2000}))?$/s.exec(cursor ?? '0') ?? [];
  if (at === undefined || Number(at) >= exportedHoldings.length)
    throw new ApiProblem(422, 'cursor_invalid', 'This cursor is not one that an export gave.', 'cursor');
  return after === undefined ? [Number(at)] : [Number(at), after];
}

const presentHolding = (id: HoldingId): JsonObject => {
  const { holds, exported, erased } = holdingOf(id);
  return {
    holding: id,
    holds,
    exported: exported === true ? true : exported.not,
    erased: erased === 'deleted' ? 'deleted' : erased.kept,
  };
};

/** Instants as people read them, as far as they are ours: within what came from outside nothing is touched. */
function presentRow(row: JsonObject): JsonObject {
  const { attemptId: _, identityHashes: __, facts, ...rest } = row;
  const entries = Object.entries(rest).map(([name, value]) =>
    typeof value === 'number' && name.endsWith('Ms')
      ? [name === 'atMs' ? 'at' : `${name.slice(0, -2)}At`, toInstant(value)]
      : [name, value],
  );
  const told = Array.isArray(facts) ? (facts as readonly JsonObject[]).map(presentRow) : undefined;
  return { ...Object.fromEntries(entries), ...(told && { facts: told }) } as JsonObject;
}

/** What was deleted, and of what was kept why. */
const presentReceipt =
  ({ place }: PersonalData) =>
  ({ attemptId: _, askedMs, doneMs, sweptMs, sinceMs: __, why, ...rest }: Receipt): JsonObject => {
    return {
      ...rest,
      askedAt: toInstant(askedMs),
      ...(doneMs !== undefined && { doneAt: toInstant(doneMs) }),
      ...(sweptMs !== undefined && { sweptAt: toInstant(sweptMs) }),
      ...(place === 'aws' && sweptMs === undefined && { waits: ['lake'] }),
      ...(why !== undefined && { reason: why }),
      kept: Object.fromEntries(keptAfterErasure(place)),
    } as unknown as JsonObject;
  };

const unknownProfile = (): ApiProblem =>
  new ApiProblem(
    404,
    'profile_unknown',
    'There is no profile with this id.',
    'profileId',
    'Look it up with GET /api/profiles?userId=…',
  );
/** Of somebody who was erased there is nothing to see or to change. */
export const erasedProblem = (erasureId: string): ApiProblem =>
  new ApiProblem(
    410,
    'profile_erased',
    'This person was erased.',
    'profileId',
    `The receipt is at GET /api/erasures/${erasureId}.`,
  );
