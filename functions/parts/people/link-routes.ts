import type { Context } from 'hono';
import type { DecisionPorts } from '../../../core/ports.ts';
import { ApiProblem } from '../http/api-problem.ts';
import { html } from '../http/html.ts';
import type { RouteTable } from '../http/mount.ts';
import { textOf } from '../http/requests.ts';
import type { OpenedLink, SignedLinks } from './links.ts';
import { chosenChannel, preferencesPage } from './preferences.ts';
import { acceptUnsubscribe, unsubscribePage } from './unsubscribe.ts';

const linkCsp = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'";

/** Behind the links in messages: looking changes nothing, a button does. */
export function linkRoutes(ports: DecisionPorts, links: Pick<SignedLinks, 'open'>): RouteTable {
  const opened = (context: Context): OpenedLink => {
    const link = links.open(context.req.param('sealed') ?? '');
    if (link) return link;
    throw new ApiProblem(404, 'link_unknown', 'This link is not one of ours.');
  };
  const page = async (link: OpenedLink, isDone: boolean): Promise<Response> => {
    const { name } = (await ports.definitions.current()).workspace;
    if (link.kind === 'unsubscribe') return html(unsubscribePage(link, name, isDone), linkCsp);
    const loaded = await ports.profiles.load(link.profileId);
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
        await acceptUnsubscribe(ports, { ...link, channel });
        return page(link, true);
      },
    ],
  ];
}
