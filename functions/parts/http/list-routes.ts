import { channels } from '../../../core/journey/document.ts';
import type { JsonObject } from '../../../core/json.ts';
import { shownStatuses } from '../../../core/message/delivery.ts';
import { toInstant } from '../../../core/time/instant.ts';
import type { ApiOptions } from './api-options.ts';
import { fillingOf } from './filling.ts';
import { ApiProblem } from './api-problem.ts';
import type { RouteTable } from './mount.ts';
import { presentDelivery } from './present.ts';
import { list, oneOf, pageOf, unasked } from './requests.ts';

/** Segments and audiences with their members, deliveries. */
export function listRoutes({ ports, directory, fills }: ApiOptions): RouteTable {
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
  type Listed = { readonly id: string; readonly name: string; readonly use?: string };
  /** With how many members each has, and whether that is the whole of it. */
  const counted = async (kind: 'segment' | 'audience', rules: readonly Listed[]): Promise<JsonObject> => {
    const [counts, filling] = await Promise.all([
      directory.memberCounts(kind),
      fillingOf(fills, await ports.definitions.current()),
    ]);
    const items = rules.map(({ id, name, use }) => ({
      ...{ id, name, ...(use !== undefined && { use }) },
      members: counts[id] ?? 0,
      ...(filling?.isOf(kind, id) && { isFilling: true }),
    }));
    return { items, ...(filling && { filling: filling.shown }) };
  };
  return [
    [
      'GET',
      '/api/segments',
      unasked(async () => {
        const { segments } = await ports.definitions.current();
        return Response.json(await counted('segment', segments));
      }),
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
      unasked(async () => {
        const { audiences } = await ports.definitions.current();
        return Response.json(await counted('audience', audiences));
      }),
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
        const page = pageOf(context, 'journeyId', 'channel', 'status');
        const { journeyId, ...asked } = context.req.query();
        const channel = oneOf('channel', asked['channel'], channels);
        const status = oneOf('status', asked['status'], shownStatuses);
        const filter = {
          ...(journeyId !== undefined && { journeyId }),
          ...(channel && { channel }),
          ...(status && { status }),
        };
        return list(await directory.deliveries(filter, page), presentDelivery);
      },
    ],
    [
      'GET',
      '/api/deliveries/:deliveryId',
      unasked(async (context) => {
        const deliveryId = context.req.param('deliveryId') ?? '';
        const delivery = await ports.profiles.delivery(deliveryId);
        if (!delivery)
          throw new ApiProblem(404, 'delivery_unknown', 'There is no delivery with this id.', 'deliveryId');
        const message = await directory.message(deliveryId);
        return Response.json({ ...presentDelivery(delivery), ...(message && { message }) });
      }),
    ],
  ];
}
