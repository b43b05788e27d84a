import { toInstant } from '../../../core/time/instant.ts';
import type { RouteTable } from './mount.ts';

/** What a home knows of itself. */
export interface Health {
  /** Whether it could decide something now. */
  readonly ok: boolean;
  /** Whether nothing is under way or due; never claimed by a home that cannot know. */
  readonly atRest: boolean;
  readonly clock: { readonly now: string; readonly kind: string };
}

/** The question whether a home lives: open to everybody, so it says nothing of anybody. */
export const healthRoutes = (health: () => Health | Promise<Health>): RouteTable => [
  [
    'GET',
    '/health',
    async () => {
      const found = await health();
      return Response.json(found, { status: found.ok ? 200 : 503, headers: { 'cache-control': 'no-store' } });
    },
  ],
];

/**
 * The health of a deployment: whether its published documents can be read, which each decision begins with.
 * @param decide reads them, at most every few seconds
 */
export const deployedHealth = (decide: () => Promise<unknown>, nowMs: () => number) => async (): Promise<Health> => ({
  ok: await decide().then(
    () => true,
    () => false,
  ),
  // Somebody's work may always be under way in another container.
  atRest: false,
  clock: { now: toInstant(nowMs()), kind: 'real' },
});
