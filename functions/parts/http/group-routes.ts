import type { Context } from 'hono';
import { changeGroup } from '../../../core/group/change-group.ts';
import {
  checkGroupTraits,
  groupKeyOf,
  groupTraits,
  newGroup,
  readGroupType,
  setGroupTraits,
  type Group,
  type GroupId,
} from '../../../core/group/group.ts';
import { isObject, type JsonObject } from '../../../core/json.ts';
import { toInstant } from '../../../core/time/instant.ts';
import type { ApiOptions } from './api-options.ts';
import { ApiProblem } from './api-problem.ts';
import type { RouteTable } from './mount.ts';
import { bodyOf, list, longestId, pageOf, unasked } from './requests.ts';

const present = (group: Group, version: number): JsonObject => ({
  type: group.type,
  groupId: group.groupId,
  version,
  traits: groupTraits(group),
});

/** Which group a request is about. @throws ApiProblem 422 */
function groupIn(context: Context): GroupId {
  const type = readGroupType(context.req.param('type'));
  const groupId = (context.req.param('groupId') ?? '').trim();
  if (type === undefined)
    throw new ApiProblem(
      422,
      'group_type_invalid',
      'A group type is a letter and then up to 39 letters, digits, hyphens or underscores.',
      'type',
      'Write for example /api/groups/company/acme.',
    );
  if (groupId === '' || groupId.length > longestId)
    throw new ApiProblem(422, 'group_id_invalid', `A groupId has 1 to ${longestId} characters.`, 'groupId');
  return { type, groupId };
}

function traitsIn({ traits }: JsonObject): JsonObject {
  if (!isObject(traits) || Object.keys(traits).length === 0)
    throw new ApiProblem(
      422,
      'traits_missing',
      'Say which traits the group has.',
      'traits',
      'Write { "traits": { "plan": "enterprise" } }; null takes one away.',
    );
  const fault = checkGroupTraits(traits as JsonObject);
  if (fault) throw new ApiProblem(422, 'group_traits_invalid', fault.message, fault.path, fault.suggestion);
  return traits as JsonObject;
}

/** What is known of groups, and who is in them. */
export function groupRoutes({ ports, groups, directory, durable }: ApiOptions): RouteTable {
  /** @throws ApiProblem 404 where nobody ever said a word of it */
  const one = async (id: GroupId): Promise<JsonObject> => {
    const read = await groups.group(id);
    if (read) return present(read.group, read.version);
    const { items } = await directory.members('group', groupKeyOf(id), { limit: 1 });
    if (items.length > 0) return present(newGroup(id), 0);
    throw new ApiProblem(
      404,
      'group_unknown',
      `Nothing is known of the ${id.type} "${id.groupId}".`,
      'groupId',
      'A group call or PUT makes it known; look at type and id, which are told apart by case.',
    );
  };
  return [
    ['GET', '/api/groups/:type/:groupId', unasked(async (context) => Response.json(await one(groupIn(context))))],
    [
      'PUT',
      '/api/groups/:type/:groupId',
      unasked(async (context) => {
        const id = groupIn(context);
        const traits = traitsIn(await bodyOf(context, { keys: ['traits'] }));
        const attempt = ports.ids.attempt();
        const nowMs = ports.clock.nowMs();
        await changeGroup({ ...ports, groups }, id, (group) => setGroupTraits(group, traits, nowMs, attempt));
        await durable();
        return Response.json(await one(id));
      }),
    ],
    [
      'GET',
      '/api/groups/:type/:groupId/members',
      async (context) => {
        const id = groupIn(context);
        const page = pageOf(context);
        await one(id);
        return list(await directory.members('group', groupKeyOf(id), page), ({ profileId, sinceMs }) => ({
          profileId,
          heardAt: toInstant(sinceMs),
        }));
      },
    ],
  ];
}
