import type { Context } from 'hono';
import { normalizeEmail, normalizePhone } from '../../../core/profile/address.ts';
import { identityKey } from '../../../core/profile/identity-key.ts';
import type { ApiOptions } from './api-options.ts';
import { ApiProblem } from './api-problem.ts';
import { presentProfile } from './present.ts';
import { longestId, onlyKnown } from './requests.ts';

const profileQueries = ['userId', 'anonymousId', 'email', 'phone'] as const;

/** The profile that one of its identifiers finds, as a list of one or none. */
export async function findProfile({ ports }: ApiOptions, context: Context): Promise<Response> {
  // One or none fit any page, but whoever walks lists asks all of them alike.
  onlyKnown(context.req.query(), [...profileQueries, 'limit', 'cursor'], 'query');
  const [kind, other] = profileQueries.filter((name) => context.req.query(name) !== undefined);
  if (!kind) throw new ApiProblem(422, 'query_missing', 'Say whom to look for: userId, anonymousId, email or phone.');
  if (other) throw new ApiProblem(422, 'query_ambiguous', 'Look for one identifier at a time.', other);
  const value = normalized(kind, context.req.query(kind)!);
  const key = value === undefined ? undefined : identityKey(kind, value);
  const owner = key === undefined ? undefined : (await ports.profiles.owners([key])).get(key);
  const loaded = owner === undefined ? undefined : await ports.profiles.load(owner);
  const definitions = await ports.definitions.current();
  return Response.json({
    items: loaded && !loaded.profile.isErased ? [presentProfile(loaded, definitions, ports.clock.nowMs())] : [],
  });
}

function normalized(kind: (typeof profileQueries)[number], value: string): string | undefined {
  if (kind === 'email') return normalizeEmail(value);
  // An unescaped + in a query reads as a space.
  if (kind === 'phone') return normalizePhone(value.replace(/^ /, '+'));
  const id = value.trim();
  // Longer ones do not come in, and no key of a row holds them.
  return id.length > longestId ? undefined : id;
}
