import { ENV } from '../../env.ts';
import { dynamo } from '../container.ts';
import { DynamoHours } from '../hours.ts';
import { setting } from '../setting.ts';

/** Everybody's hours of the deployment. */
export const openHours = (): DynamoHours => new DynamoHours(dynamo(), setting(ENV.table));
