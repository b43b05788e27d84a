import type { JsonObject } from '../../../core/json.ts';
import { toInstant } from '../../../core/time/instant.ts';
import type { ApiOptions } from './api-options.ts';
import { ApiProblem } from './api-problem.ts';
import type { RouteTable } from './mount.ts';
import { presentDelivery } from './present.ts';
import { pageOf, list } from './requests.ts';

/** Segments and audiences with their members, deliveries. */
export function listRoutes({ ports, directory }: ApiOptions): RouteTable {
  const member = ({ profileId, sinceMs }: { readonly profileId: string; readonly sinceMs: number }): JsonObject => ({
    profileId,
    since: toInstant(sinceMs),
  });
  const known = async (kind: 'segment' | 'audience', id: string): Promise<void> => {
    const definitions = await ports.definitions.current();
    const rules = kind === 'segment' ? definitions.segments : definitions.audiences;
    if (!rules.some((rule) => rule.id === id))
      throw new ApiProblem(404, `${kind}_unknown`, `There is no ${kind} "${id}".`, 'id');
  };
  return [
    [
      'GET',
      '/api/segments',
      async () => {
        const counts = await directory.memberCounts('segment');
        return Response.json({
          items: (await ports.definitions.current()).segments.map(({ id, name }) => ({
            id,
            name,
            members: counts[id] ?? 0,
          })),
        });
      },
    ],
    [
      'GET',
      '/api/segments/:id/members',
      async (context) => {
        const id = context.req.param('id') ?? '';
        await known('segment', id);
        return list(await directory.members('segment', id, pageOf(context)), member);
      },
    ],
    [
      'GET',
      '/api/audiences',
      async () => {
        const counts = await directory.memberCounts('audience');
        return Response.json({
          items: (await ports.definitions.current()).audiences.map(({ id, name, use }) => ({
            id,
            name,
            use,
            members: counts[id] ?? 0,
          })),
        });
      },
    ],
    [
      'GET',
      '/api/audiences/:id/members',
      async (context) => {
        const id = context.req.param('id') ?? '';
        await known('audience', id);
        return list(await directory.members('audience', id, pageOf(context)), member);
      },
    ],
    [
      'GET',
      '/api/deliveries',
      async (context) => {
        const filter = Object.fromEntries(
          ['journeyId', 'channel', 'status'].flatMap((name) =>
            context.req.query(name) === undefined ? [] : [[name, context.req.query(name)]],
          ),
        );
        return list(await directory.deliveries(filter, pageOf(context)), presentDelivery);
      },
    ],
    [
      'GET',
      '/api/deliveries/:deliveryId',
      async (context) => {
        const deliveryId = context.req.param('deliveryId') ?? '';
        const delivery = await ports.profiles.delivery(deliveryId);
        if (!delivery)
          throw new ApiProblem(404, 'delivery_unknown', 'There is no delivery with this id.', 'deliveryId');
        const message = await directory.message(deliveryId);
        return Response.json({ ...presentDelivery(delivery), ...(message && { message }) });
      },
    ],
  ];
}
