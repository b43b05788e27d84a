import type { Context } from 'hono';
import { channels } from '../../../core/journey/document.ts';
import { isObject, type JsonObject } from '../../../core/json.ts';
import type { Loaded } from '../../../core/ports.ts';
import { closest, didYouMean } from '../../../core/suggest.ts';
import { historyIds, type ConsentStatus } from '../../../core/profile/profile.ts';
import type { NotUndone } from '../../unmerge-profile/unmerge-profile.ts';
import type { ApiOptions } from './api-options.ts';
import { ApiProblem } from './api-problem.ts';
import type { RouteTable } from './mount.ts';
import { erasedProblem } from './privacy-routes.ts';
import { presentDelivery, presentEnrollment, presentMerge, presentProfile, presentTimelineItem } from './present.ts';
import { bodyOf, list, onlyKnown, pageOf, textIn, unasked } from './requests.ts';

/** People: shown, listed, and their consent. */
export function profileRoutes({ ports, directory, changeConsent, unmerge, durable }: ApiOptions): RouteTable {
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
    if (loaded.profile.erasure) throw erasedProblem(loaded.profile.erasure.erasureId);
    return loaded;
  };
  return [
    [
      'GET',
      '/api/profiles/:profileId',
      unasked(async (context) =>
        Response.json(presentProfile(await one(context), await ports.definitions.current(), ports.clock.nowMs())),
      ),
    ],
    [
      'GET',
      '/api/profiles/:profileId/timeline',
      async (context) =>
        list(await directory.timeline(historyIds((await one(context)).profile), pageOf(context)), presentTimelineItem),
    ],
    [
      'GET',
      '/api/profiles/:profileId/merges',
      async (context) =>
        list(await directory.mergesOf(historyIds((await one(context)).profile), pageOf(context)), presentMerge),
    ],
    [
      'POST',
      '/api/profiles/:profileId/unmerge',
      async (context) => {
        const { profile } = await one(context);
        const body = await bodyOf(context);
        onlyKnown(body, ['profileId']);
        const mergedId = textIn(body, 'profileId');
        if (mergedId === undefined || mergedId === '')
          throw new ApiProblem(
            422,
            'merged_id_missing',
            'Say which profile is to be taken out.',
            'profileId',
            `GET /api/profiles/${profile.profileId}/merges lists those that became part of this one.`,
          );
        const answer = await unmerge({ profileId: profile.profileId, mergedId });
        if (answer.kind !== 'unmerged') throw whyNot(answer.kind, profile.profileId, mergedId);
        await durable();
        return Response.json({ profileId: answer.profileId, unmergedId: answer.mergedId });
      },
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
        const body = await bodyOf(context);
        const source = textIn(body, 'source');
        if (source === undefined || source === '')
          throw new ApiProblem(422, 'source_missing', 'Say where the consent comes from.', 'source');
        const { workspace } = await ports.definitions.current();
        const topics = (workspace.topics ?? []).map(({ id }) => id);
        await changeConsent({ profileId: profile.profileId, consent: readConsent(body, topics), source });
        await durable();
        const loaded = await one(context);
        return Response.json(presentProfile(loaded, await ports.definitions.current(), ports.clock.nowMs()));
      },
    ],
  ];
}

/** Why a merge stays, and what can be done about it. */
function whyNot(kind: NotUndone, profileId: string, mergedId: string): ApiProblem {
  const merges = `GET /api/profiles/${profileId}/merges`;
  const byHand = 'What they do from now on can be kept apart by sending it under other identifiers.';
  const [status, code, message, suggestion] = {
    'unknown-profile': [
      404,
      'profile_unknown',
      'There is no profile with this id.',
      'Look it up with GET /api/profiles?userId=…',
    ],
    'not-merged': [
      404,
      'merge_unknown',
      `"${mergedId}" is no part of this profile.`,
      `${merges} lists those that are.`,
    ],
    'not-kept': [
      409,
      'merge_not_kept',
      'Of this merge, or of one that it lies in, too little is kept to undo it: it is older than this version, or both sides were too large.',
      `${merges} says of each whether it can be undone ("canBeUndone"). ${byHand}`,
    ],
    'too-old': [
      409,
      'merge_too_old',
      'This merge is older than events are kept, so nobody can tell any more whose they were.',
      `"retention" of the workspace says for how long. ${byHand}`,
    ],
    'too-large': [
      409,
      'merge_too_large',
      'Too much has happened since this merge to undo it at once.',
      `Undo later merges of this profile first, if there are any (${merges}). ${byHand}`,
    ],
  }[kind] as [number, string, string, string];
  return new ApiProblem(status as 404, code, message, 'profileId', suggestion);
}

/** A topic's id, with room to spare. */
const longestPurpose = 100;

function readConsent(given: JsonObject, topics: readonly string[]): { readonly [key: string]: ConsentStatus } {
  const consent: { [key: string]: ConsentStatus } = {};
  for (const [channel, purposes] of Object.entries(given)) {
    if (channel === 'source') continue;
    if (!(channels as readonly string[]).includes(channel))
      throw new ApiProblem(
        422,
        'channel_unknown',
        `There is no channel "${channel}".`,
        channel,
        didYouMean(closest(channel, channels)).suggestion ?? `Channels are ${channels.join(', ')}.`,
      );
    if (!isObject(purposes))
      throw new ApiProblem(
        422,
        'consent_invalid',
        'Give each purpose a status.',
        channel,
        'Write { "marketing": "granted" }.',
      );
    for (const [purpose, status] of Object.entries(purposes)) {
      const { suggestion } = didYouMean(closest(purpose, ['marketing', 'transactional', ...topics]));
      if (suggestion !== undefined || purpose.length > longestPurpose)
        throw new ApiProblem(
          422,
          'purpose_unknown',
          `There is no purpose "${purpose.slice(0, 40)}".`,
          `${channel}.${purpose.slice(0, longestPurpose)}`,
          suggestion,
        );
      if (status !== 'granted' && status !== 'denied')
        throw new ApiProblem(422, 'consent_invalid', 'A consent is "granted" or "denied".', `${channel}.${purpose}`);
      consent[`${channel}/${purpose}`] = status;
    }
  }
  if (Object.keys(consent).length === 0)
    throw new ApiProblem(422, 'consent_missing', 'Name at least one channel and purpose.');
  return consent;
}
