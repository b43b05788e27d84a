import type { Context } from 'hono';
import type { Loaded } from '../../../core/ports.ts';
import { closest, didYouMean } from '../../../core/suggest.ts';
import type { ApiOptions } from './api-options.ts';
import { ApiProblem } from './api-problem.ts';
import { explainJourney } from './explain.ts';
import { explainMembership } from './explain-membership.ts';
import { findKnown } from './journey-routes.ts';

/** Why a person is, or is not, in a segment or an audience. */
export async function explainRule(
  { ports }: ApiOptions,
  context: Context,
  kind: 'segment' | 'audience',
): Promise<Response> {
  const loaded = await findPerson(ports, context);
  const definitions = await ports.definitions.current();
  const rules = kind === 'segment' ? definitions.segments : definitions.audiences;
  const id = context.req.param('id') ?? '';
  const rule = rules.find((one) => one.id === id);
  if (!rule) {
    const guess = closest(
      id,
      rules.map((one) => one.id),
    );
    throw new ApiProblem(404, `${kind}_unknown`, `There is no ${kind} "${id}".`, 'id', didYouMean(guess).suggestion);
  }
  return Response.json(await explainMembership(ports, loaded, rule));
}

async function findPerson({ profiles }: ApiOptions['ports'], context: Context): Promise<Loaded> {
  const loaded = await profiles.load(context.req.param('profileId') ?? '');
  if (!loaded) throw new ApiProblem(404, 'profile_unknown', 'There is no profile with this id.', 'profileId');
  return loaded;
}

/** Why a person is, or is not, in a journey. */
export async function explainEntry({ ports, directory }: ApiOptions, context: Context): Promise<Response> {
  const loaded = await findPerson(ports, context);
  const journey = await findKnown(ports, directory, context.req.param('id') ?? '');
  return Response.json(await explainJourney(ports, directory, loaded, journey));
}
