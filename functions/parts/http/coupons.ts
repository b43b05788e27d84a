import type { ApiOptions } from './api-options.ts';

/** How each pool of coupons stands. */
export async function listCoupons({ ports, countCoupons }: ApiOptions): Promise<Response> {
  const { coupons } = await ports.definitions.current();
  const items = await Promise.all(
    [...coupons.values()].map(async (pool) => ({ ...(await countCoupons(pool)), name: pool.name })),
  );
  return Response.json({ items });
}
