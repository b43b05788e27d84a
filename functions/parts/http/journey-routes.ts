import { randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import { stopOfJourney } from '../../../core/control/stop.ts';
import type { JourneyVersion } from '../../../core/definitions.ts';
import type { Trigger } from '../../../core/enrollment/enter.ts';
import { enrollmentStatuses } from '../../../core/enrollment/enrollment.ts';
import type { Json, JsonObject } from '../../../core/json.ts';
import type { Loaded } from '../../../core/ports.ts';
import { identityKey } from '../../../core/profile/identity-key.ts';
import { historyIds } from '../../../core/profile/profile.ts';
import { closest, didYouMean } from '../../../core/suggest.ts';
import type { ApiOptions } from './api-options.ts';
import { ApiProblem } from './api-problem.ts';
import type { RouteTable } from './mount.ts';
import { presentEnrollment } from './present.ts';
import { bodyOf, list, longestId, oneOf, pageOf, propertiesIn, textIn, unasked } from './requests.ts';

/** Journeys, their counts and their enrollments; an entry by the API. */
export function journeyRoutes({
  ports,
  directory,
  experiments,
  enter,
  durable,
  describeSchedule,
}: ApiOptions): RouteTable {
  const find = (context: Context): Promise<JourneyVersion> => {
    return findJourney(ports, context.req.param('id') ?? '');
  };
  const lookAt = (context: Context): Promise<JourneyVersion> =>
    findKnown(ports, directory, context.req.param('id') ?? '');
  const summary = async (journey: JourneyVersion): Promise<JsonObject> => {
    const { id, name, stage, kind } = journey.document;
    return {
      id,
      name,
      stage,
      kind,
      version: journey.version,
      state: stopOfJourney(await ports.profiles.stops(), id) ?? 'running',
      counts: (await directory.journeyCounts(id)) as unknown as Json,
    };
  };
  const experimentsOf = async (journey: JourneyVersion): Promise<Json> => {
    // The comparison is loaded where somebody asks for it.
    const { presentExperiments } = await import('./present-experiments.ts');
    const [definitions, rulings] = await Promise.all([ports.definitions.current(), ports.profiles.rulings()]);
    const view = { definitions, rulings, nowMs: ports.clock.nowMs() };
    return presentExperiments(journey, { ...view, counts: (journeyIds) => experiments.counts(journeyIds) });
  };
  return [
    [
      'GET',
      '/api/journeys',
      unasked(async () =>
        Response.json({
          items: await Promise.all([...(await ports.definitions.current()).journeys.values()].map(summary)),
        }),
      ),
    ],
    [
      'GET',
      '/api/journeys/:id',
      unasked(async (context) => {
        const journey = await lookAt(context);
        const schedule = await describeSchedule(journey);
        return Response.json({
          ...(await summary(journey)),
          experiments: await experimentsOf(journey),
          ...(schedule && { schedule }),
          document: journey.document,
        });
      }),
    ],
    [
      'GET',
      '/api/journeys/:id/enrollments',
      async (context) => {
        const asked = pageOf(context, 'status');
        const status = oneOf('status', context.req.query('status'), enrollmentStatuses);
        const page = await directory.enrollmentsIn(context.req.param('id') ?? '', status, asked);
        // Of a journey that nobody enters any more, those who did are still listed.
        if (page.items.length === 0) await find(context);
        return list(page, presentEnrollment);
      },
    ],
    [
      'POST',
      '/api/journeys/:id/enrollments',
      async (context) => {
        const journey = await find(context);
        const body = await bodyOf(context, { keys: entryKeys });
        if (!('api' in journey.document.entry.on))
          throw new ApiProblem(
            422,
            'entry_not_api',
            'This journey is not entered by the API.',
            'id',
            'Give it the entry { "on": { "api": true } }.',
          );
        const loaded = await profileOf(body, ports);
        const key = textIn(body, 'key', longestId);
        if (key === '') throw new ApiProblem(422, 'key_invalid', 'An empty key is none; leave it out.', 'key');
        const properties = propertiesIn(body);
        const idempotencyKey = idempotencyKeyOf(context);
        const nowMs = ports.clock.nowMs();
        const { profileId } = loaded.profile;
        const event = { eventId: idempotencyKey, name: 'Journey Requested', properties, occurredMs: nowMs };
        const trigger: Trigger = {
          kind: 'api',
          triggerId: `api/${idempotencyKey}`,
          event,
          atMs: nowMs,
          profileId,
          version: loaded.version,
          ...(key !== undefined && { key }),
        };
        const answer = await enter({ journeyId: journey.id, trigger });
        await durable();
        if (answer.kind === 'refused')
          throw new ApiProblem(409, 'entry_refused', `The person does not enter: ${answer.reason}.`, undefined);
        if (!historyIds(loaded.profile).includes(answer.enrollment.profileId))
          throw new ApiProblem(
            422,
            'idempotency_key_reused',
            'This key stands for an entry of somebody else.',
            'idempotency-key',
            'Use a new key for each entry.',
          );
        return Response.json(presentEnrollment(answer.enrollment), { status: 201 });
      },
    ],
  ];
}

const entryKeys = ['profileId', 'userId', 'key', 'properties'];

function idempotencyKeyOf(context: Context): string {
  const given = context.req.header('idempotency-key') ?? randomUUID();
  if (given !== '' && given.length <= longestId) return given;
  const message = `An Idempotency-Key has 1 to ${longestId} characters.`;
  throw new ApiProblem(422, 'idempotency_key_invalid', message, 'idempotency-key', 'Use a new UUID for each entry.');
}

/** @throws ApiProblem 404 */
export async function findJourney(
  { definitions }: Pick<ApiOptions['ports'], 'definitions'>,
  id: string,
): Promise<JourneyVersion> {
  const { journeys } = await definitions.current();
  const journey = journeys.get(id);
  if (journey) return journey;
  const { suggestion } = didYouMean(closest(id, journeys.keys()));
  throw new ApiProblem(404, 'journey_unknown', `There is no journey "${id}".`, 'id', suggestion);
}

/** Also a journey that is published no more, as long as somebody is in it or was. @throws ApiProblem 404 */
export async function findKnown(
  ports: Pick<ApiOptions['ports'], 'definitions'>,
  directory: Pick<ApiOptions['directory'], 'enrollmentsIn'>,
  id: string,
): Promise<JourneyVersion> {
  const { definitions } = ports;
  if ((await definitions.current()).journeys.has(id)) return findJourney(ports, id);
  const { items } = await directory.enrollmentsIn(id, undefined, { limit: 1 });
  return items[0] ? definitions.journey(id, items[0].version) : findJourney(ports, id);
}

async function profileOf(body: JsonObject, ports: ApiOptions['ports']): Promise<Loaded> {
  const [profileId, userId] = [textIn(body, 'profileId', longestId), textIn(body, 'userId', longestId)];
  if (profileId === undefined && userId === undefined)
    throw new ApiProblem(422, 'profile_missing', 'Say who enters: profileId or userId.', 'profileId');
  const named = userId === undefined ? undefined : identityKey('userId', userId.trim());
  const id = profileId ?? (named && (await ports.profiles.owners([named])).get(named));
  const loaded = id === undefined ? undefined : await ports.profiles.load(id);
  if (!loaded)
    throw new ApiProblem(
      404,
      'profile_unknown',
      'There is no such profile.',
      profileId === undefined ? 'userId' : 'profileId',
    );
  return loaded;
}
