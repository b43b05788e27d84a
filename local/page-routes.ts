import type { Context } from 'hono';
import { toInstant } from '../core/time/instant.ts';
import { deliveriesPage, deliveryPage, outboxCsp, type OutboxDelivery } from '../functions/parts/outbox-page.ts';
import { ApiProblem } from '../functions/parts/http/api-problem.ts';
import type { RouteTable } from '../functions/parts/http/mount.ts';
import { textOf } from '../functions/parts/http/requests.ts';
import type { Delivery } from '../core/message/delivery.ts';
import type { Home } from './home.ts';
import type { OpenedLink } from './links.ts';
import { chosenChannel, preferencesPage } from './preferences.ts';
import { acceptUnsubscribe, unsubscribePage } from './unsubscribe.ts';

const cookieName = 'sojourn';
const links = { list: '/outbox', delivery: (deliveryId: string) => `/outbox/${encodeURIComponent(deliveryId)}` };
const html = (page: string, csp: string, status = 200): Response =>
  new Response(page, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': csp,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    },
  });

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
    ...linkRoutes(home),
  ];
}

const linkCsp = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'";

/** Behind the links in messages: looking changes nothing, a button does. */
function linkRoutes(home: Home): RouteTable {
  const opened = (context: Context): OpenedLink => {
    const link = home.links.open(context.req.param('sealed') ?? '');
    if (link) return link;
    throw new ApiProblem(404, 'link_unknown', 'This link is not one of ours.');
  };
  const page = async (link: OpenedLink, isDone: boolean): Promise<Response> => {
    const { name } = home.definitions.now.workspace;
    if (link.kind === 'unsubscribe') return html(unsubscribePage(link, name, isDone), linkCsp);
    const loaded = await home.store.load(link.profileId);
    if (!loaded) throw new ApiProblem(404, 'profile_unknown', 'We know nothing of you any more.');
    return html(preferencesPage(loaded.profile, name), linkCsp);
  };
  return [
    ['GET', '/u/:sealed', (context) => page(opened(context), false)],
    [
      'POST',
      '/u/:sealed',
      async (context) => {
        const link = opened(context);
        const channel = link.kind === 'unsubscribe' ? link.channel : chosenChannel(await textOf(context, 1_000));
        if (channel === undefined) throw new ApiProblem(422, 'channel_unknown', 'Choose what to stop.', 'channel');
        await acceptUnsubscribe(home, { ...link, channel });
        return page(link, true);
      },
    ],
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
