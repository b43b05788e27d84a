import type { ApiOptions } from './api-options.ts';
import { journeyRoutes } from './journey-routes.ts';
import { laterRoutes } from './later-routes.ts';
import { listRoutes } from './list-routes.ts';
import type { RouteTable } from './mount.ts';
import { privacyRoutes } from './privacy-routes.ts';
import { profileRoutes } from './profile-routes.ts';

/** The management API of both homes. */
export const apiRoutes = (options: ApiOptions): RouteTable => [
  ...profileRoutes(options),
  ...privacyRoutes(options),
  ...listRoutes(options),
  ...journeyRoutes(options),
  ...laterRoutes(options),
];
