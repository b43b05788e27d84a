import type { Context } from 'hono';
import type { Loaded } from '../../../core/ports.ts';
import { closest, didYouMean } from '../../../core/suggest.ts';
import type { ApiOptions } from './api-options.ts';
import { ApiProblem } from './api-problem.ts';
import { explainJourney } from './explain.ts';
import { explainMembership, explainValue } from './explain-membership.ts';
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

/** Why a computed trait says what it says of a person. */
export async function explainComputed({ ports }: ApiOptions, context: Context): Promise<Response> {
  const loaded = await findPerson(ports, context);
  const id = context.req.param('id') ?? '';
  const answer = await explainValue(ports, loaded, id);
  if (answer) return Response.json(answer);
  const { computed } = await ports.definitions.current();
  if (Object.hasOwn(loaded.profile.traits, id))
    throw new ApiProblem(
      404,
      'trait_given',
      `The trait "${id}" was given and not computed.`,
      'id',
      'GET /api/profiles/{id} shows it.',
    );
  const guess = closest(id, [...computed.keys()]);
  throw new ApiProblem(404, 'trait_unknown', `There is no computed trait "${id}".`, 'id', didYouMean(guess).suggestion);
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
