import type { ApiOptions } from './api-options.ts';
import type { Route, RouteTable } from './mount.ts';
import { unasked } from './requests.ts';

/** Routes whose code is loaded by the first request for them: a container should not start with all that it may be asked. */
export const laterRoutes = (options: ApiOptions): RouteTable => [
  ['GET', '/api/tasks', async (context) => (await import('./tasks.ts')).listTasks(options, context)],
  ['GET', '/api/tasks/:id', unasked(async (context) => (await import('./tasks.ts')).showTask(options, context))],
  ['POST', '/api/tasks/:id', async (context) => (await import('./tasks.ts')).finishTask(options, context)],
  ['POST', '/api/tasks/:id/complete', async (context) => (await import('./tasks.ts')).finishTask(options, context)],
  ['GET', '/api/coupons', unasked(async () => (await import('./coupons.ts')).listCoupons(options))],
  // Whoever looks people up by telephone needs the rules of all countries' numbers, 70 KB.
  ['GET', '/api/profiles', async (context) => (await import('./find-profile.ts')).findProfile(options, context)],
  ...laterTable(['GET', 'POST', 'DELETE'], '/api/suppressions', async () =>
    (await import('./suppression-routes.ts')).suppressionRoutes(options),
  ),
  ...laterTable(['GET', 'DELETE'], '/api/quarantine', async () =>
    (await import('./quarantine-routes.ts')).quarantineRoutes(options),
  ),
  ...laterTable(['GET'], '/api/quarantine/summary', async () =>
    (await import('./quarantine-routes.ts')).quarantineRoutes(options),
  ),
  ...laterTable(['POST'], '/api/quarantine/replay', async () =>
    (await import('./quarantine-routes.ts')).quarantineRoutes(options),
  ),
  ...laterTable(['GET', 'PUT'], '/api/groups/:type/:groupId', async () =>
    (await import('./group-routes.ts')).groupRoutes(options),
  ),
  ...laterTable(['GET'], '/api/groups/:type/:groupId/members', async () =>
    (await import('./group-routes.ts')).groupRoutes(options),
  ),
  [
    'GET',
    '/api/profiles/:profileId/journeys/:id',
    unasked(async (context) => (await import('./explain-route.ts')).explainEntry(options, context)),
  ],
  [
    'GET',
    '/api/traits/:id/table',
    unasked(async (context) => (await import('./trait-table.ts')).showTable(options, context)),
  ],
  [
    'GET',
    '/api/profiles/:profileId/traits/:id',
    unasked(async (context) => (await import('./explain-route.ts')).explainComputed(options, context)),
  ],
  ...(['segment', 'audience'] as const).map((kind): Route => [
    'GET',
    `/api/profiles/:profileId/${kind}s/:id`,
    unasked(async (context) => (await import('./explain-route.ts')).explainRule(options, context, kind)),
  ]),
];

/** The routes of one address, of a table that is loaded by the first request. */
const laterTable = (methods: readonly Route[0][], path: string, load: () => Promise<RouteTable>): RouteTable =>
  methods.map((method) => [
    method,
    path,
    async (context) => {
      const [, , handler] = (await load()).find((route) => route[0] === method && route[1] === path) ?? [];
      if (!handler) throw new RangeError(`No route ${method} ${path} was loaded.`);
      return handler(context);
    },
  ]);
