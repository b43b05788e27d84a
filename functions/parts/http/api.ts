import type { ApiOptions } from './api-options.ts';
import { explainRoutes, journeyRoutes } from './journey-routes.ts';
import { listRoutes } from './list-routes.ts';
import type { RouteTable } from './mount.ts';
import { profileRoutes } from './profile-routes.ts';
import { suppressionRoutes } from './suppression-routes.ts';

/** The management API of both homes. */
export const apiRoutes = (options: ApiOptions): RouteTable => [
  ...profileRoutes(options),
  ...listRoutes(options),
  ...journeyRoutes(options),
  ...suppressionRoutes(options),
  ...explainRoutes(options),
];
