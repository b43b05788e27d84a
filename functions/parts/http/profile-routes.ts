import type { Context } from 'hono';
import { channels } from '../../../core/journey/document.ts';
import { isObject, type JsonObject } from '../../../core/json.ts';
import type { Loaded } from '../../../core/ports.ts';
import { historyIds, type ConsentStatus } from '../../../core/profile/profile.ts';
import type { ApiOptions } from './api-options.ts';
import { ApiProblem } from './api-problem.ts';
import type { RouteTable } from './mount.ts';
import { presentDelivery, presentEnrollment, presentProfile, presentTimelineItem } from './present.ts';
import { bodyOf, list, pageOf } from './requests.ts';

/** People: shown, listed, and their consent. */
export function profileRoutes({ ports, directory, changeConsent, durable }: ApiOptions): RouteTable {
  const one = async (context: Context): Promise<Loaded> => {
    const loaded = await ports.profiles.load(context.req.param('profileId') ?? '');
    if (!loaded)
      throw new ApiProblem(
        404,
        'profile_unknown',
        'There is no profile with this id.',
        'profileId',
        'Look it up with GET /api/profiles?userId=…',
      );
    return loaded;
  };
  return [
    [
      'GET',
      '/api/profiles/:profileId',
      async (context) =>
        Response.json(presentProfile(await one(context), await ports.definitions.current(), ports.clock.nowMs())),
    ],
    [
      'GET',
      '/api/profiles/:profileId/timeline',
      async (context) =>
        list(await directory.timeline(historyIds((await one(context)).profile), pageOf(context)), presentTimelineItem),
    ],
    [
      'GET',
      '/api/profiles/:profileId/enrollments',
      async (context) =>
        list(
          await directory.enrollmentsOf(historyIds((await one(context)).profile), pageOf(context)),
          presentEnrollment,
        ),
    ],
    [
      'GET',
      '/api/profiles/:profileId/deliveries',
      async (context) =>
        list(await directory.deliveriesOf(historyIds((await one(context)).profile), pageOf(context)), presentDelivery),
    ],
    [
      'PUT',
      '/api/profiles/:profileId/consent',
      async (context) => {
        const { profile } = await one(context);
        const { source, ...given } = await bodyOf(context);
        if (typeof source !== 'string' || source === '')
          throw new ApiProblem(422, 'source_missing', 'Say where the consent comes from.', 'source');
        await changeConsent({ profileId: profile.profileId, consent: readConsent(given), source });
        await durable();
        const loaded = await one(context);
        return Response.json(presentProfile(loaded, await ports.definitions.current(), ports.clock.nowMs()));
      },
    ],
  ];
}

function readConsent(given: JsonObject): { readonly [key: string]: ConsentStatus } {
  const consent: { [key: string]: ConsentStatus } = {};
  for (const [channel, purposes] of Object.entries(given)) {
    if (!(channels as readonly string[]).includes(channel))
      throw new ApiProblem(
        422,
        'channel_unknown',
        `There is no channel "${channel}".`,
        channel,
        `Channels are ${channels.join(', ')}.`,
      );
    if (!isObject(purposes)) throw new ApiProblem(422, 'consent_invalid', 'Give each purpose a status.', channel);
    for (const [purpose, status] of Object.entries(purposes)) {
      if (status !== 'granted' && status !== 'denied')
        throw new ApiProblem(422, 'consent_invalid', 'A consent is "granted" or "denied".', `${channel}.${purpose}`);
      consent[`${channel}/${purpose}`] = status;
    }
  }
  if (Object.keys(consent).length === 0)
    throw new ApiProblem(422, 'consent_missing', 'Name at least one channel and purpose.');
  return consent;
}
