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

export interface DeployedHealthOptions {
  /** Reads the published documents, at most every few seconds: each decision begins with them. */
  readonly documents: () => Promise<unknown>;
  readonly nowMs: () => number;
  readonly onUnwell: (error: unknown) => void;
}

/** The health of a deployment: whether its published documents can be read. */
export const deployedHealth =
  ({ documents, nowMs, onUnwell }: DeployedHealthOptions) =>
  async (): Promise<Health> => ({
    ok: await documents().then(
      () => true,
      (error: unknown) => {
        onUnwell(error);
        return false;
      },
    ),
    // Somebody's work may always be under way in another container.
    atRest: false,
    clock: { now: toInstant(nowMs()), kind: 'real' },
  });
