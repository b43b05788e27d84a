import type { Context } from 'hono';
import type { ApiOptions } from './api-options.ts';
import { ApiProblem } from './api-problem.ts';
import { explainJourney } from './explain.ts';
import { findKnown } from './journey-routes.ts';

/** Why a person is, or is not, in a journey. */
export async function explainEntry({ ports, directory }: ApiOptions, context: Context): Promise<Response> {
  const loaded = await ports.profiles.load(context.req.param('profileId') ?? '');
  if (!loaded) throw new ApiProblem(404, 'profile_unknown', 'There is no profile with this id.', 'profileId');
  const journey = await findKnown(ports, directory, context.req.param('id') ?? '');
  return Response.json(await explainJourney(ports, directory, loaded, journey));
}
