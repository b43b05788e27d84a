import type { Context } from 'hono';
import type { Ranks } from '../../../core/ports.ts';
import type { JsonObject } from '../../../core/json.ts';
import { closest, didYouMean } from '../../../core/suggest.ts';
import { toInstant } from '../../../core/time/instant.ts';
import { nextRankingMs, ranksOf } from '../../../core/trait/ranks.ts';
import { allBits } from '../../../core/trait/rank-table.ts';
import type { ApiOptions } from './api-options.ts';
import { ApiProblem } from './api-problem.ts';

/** The latest table of a trait that is a rank, when the next is made, and how far that has come. */
export async function showTable({ ports, ranks, fills }: ApiOptions, context: Context): Promise<Response> {
  const definitions = await ports.definitions.current();
  const id = context.req.param('id') ?? '';
  const all = ranksOf(definitions);
  const trait = all.find((one) => one.id === id);
  if (!trait) throw unknown(id, definitions.traits.has(id), all);
  const { coverage } = definitions;
  const table = coverage.ranks?.[id];
  const nextMs = nextRankingMs(definitions);
  const counting = nextMs <= ports.clock.nowMs() ? await countingOf(ranks, coverage.number, fills.parts) : undefined;
  const { rank, into, best = 'most' } = trait;
  return Response.json({
    ...{ traitId: id, name: trait.name, rank, into, best },
    ...(table && {
      version: coverage.ranked ?? 0,
      at: toInstant(table.atMs),
      people: table.people,
      bounds: table.bounds,
      isRounded: table.bits < allBits,
    }),
    ...(nextMs > -Infinity && { nextAt: toInstant(nextMs) }),
    ...(counting && { counting }),
  } satisfies JsonObject);
}

function unknown(id: string, isOther: boolean, all: readonly { readonly id: string }[]): ApiProblem {
  if (isOther)
    return new ApiProblem(
      404,
      'trait_unranked',
      `The trait "${id}" is no rank, so it has no table.`,
      'id',
      'GET /api/profiles/{profileId}/traits/{id} tells what it is made of.',
    );
  const guess = closest(
    id,
    all.map((one) => one.id),
  );
  return new ApiProblem(404, 'trait_unknown', `There is no rank "${id}".`, 'id', didYouMean(guess).suggestion);
}

async function countingOf(ranks: Pick<Ranks, 'all'>, number: number, parts: number): Promise<JsonObject> {
  const begun = await ranks.all(number);
  return {
    people: begun.reduce((sum, { people }) => sum + people, 0),
    done: begun.filter(({ isDone }) => isDone).length,
    parts,
  };
}
