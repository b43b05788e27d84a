import type { Context } from 'hono';
import { toInstant } from '../core/time/instant.ts';
import { deliveriesPage, deliveryPage, outboxCsp, type OutboxDelivery } from '../functions/parts/outbox-page.ts';
import { ApiProblem } from '../functions/parts/http/api-problem.ts';
import { html } from '../functions/parts/http/html.ts';
import type { RouteTable } from '../functions/parts/http/mount.ts';
import { linkRoutes } from '../functions/parts/people/link-routes.ts';
import type { Delivery } from '../core/message/delivery.ts';
import type { Home } from './home.ts';

const cookieName = 'sojourn';
const links = { list: '/outbox', delivery: (deliveryId: string) => `/outbox/${encodeURIComponent(deliveryId)}` };
/** Pages of the embedded home: the outbox (for whoever has the token), and unsubscribing (for whoever has a link). */
export function pageRoutes(home: Home, isToken: (token: string) => boolean): RouteTable {
  /** A token in the address is put into a cookie once, so that it does not stay in the address. */
  const guarded = (page: (context: Context) => Promise<Response>) => async (context: Context) => {
    const given = context.req.query('token');
    if (given !== undefined && isToken(given)) {
      const cookie = `${cookieName}=${given}; HttpOnly; SameSite=Strict; Path=/`;
      return new Response(null, { status: 303, headers: { location: context.req.path, 'set-cookie': cookie } });
    }
    const kept = new RegExp(`(?:^|; )${cookieName}=([^;]+)`).exec(context.req.header('cookie') ?? '')?.[1];
    if (kept !== undefined && isToken(kept)) return page(context);
    throw new ApiProblem(
      401,
      'unauthorized',
      'This page needs the token.',
      'token',
      'Open the address that was printed at start.',
    );
  };
  return [
    [
      'GET',
      '/',
      (context) =>
        context.redirect(
          `/outbox${context.req.query('token') === undefined ? '' : `?token=${encodeURIComponent(context.req.query('token')!)}`}`,
        ),
    ],
    [
      'GET',
      '/outbox',
      guarded(async () => {
        const { items } = await home.read.deliveries({}, { limit: 200 });
        return html(deliveriesPage(items.map(shown), links), outboxCsp);
      }),
    ],
    [
      'GET',
      '/outbox/:deliveryId',
      guarded(async (context) => {
        const delivery = await home.store.delivery(context.req.param('deliveryId') ?? '');
        if (!delivery)
          throw new ApiProblem(404, 'delivery_unknown', 'There is no delivery with this id.', 'deliveryId');
        return html(deliveryPage(shown(delivery), await home.read.message(delivery.deliveryId), links), outboxCsp);
      }),
    ],
    ...linkRoutes(home.ports, home.links),
  ];
}

const shown = (row: Delivery): OutboxDelivery => ({
  deliveryId: row.deliveryId,
  profileId: row.profileId,
  journeyId: row.journeyId,
  stepId: row.stepId,
  channel: row.channel,
  template: row.template,
  status: row.status === 'handing' ? 'pending' : row.status,
  ...(row.reason && { reason: row.reason }),
  at: toInstant(row.atMs),
  ...(row.to !== undefined && { to: row.to }),
});
