import { ENV } from '../../env.ts';
import { dynamo, keyring } from '../container.ts';
import { DynamoCoupons, type OnLow } from '../coupons.ts';
import { realClock } from '../real-clock.ts';
import { setting } from '../setting.ts';

/** Coupons of the deployment. */
export const openCoupons = async (onLow: OnLow): Promise<DynamoCoupons> =>
  new DynamoCoupons({
    client: dynamo(),
    tableName: setting(ENV.table),
    keyring: await keyring(),
    clock: realClock,
    onLow,
  });
