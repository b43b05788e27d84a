import { ENV } from '../env.ts';
import { dynamo } from './container.ts';
import { realClock } from './real-clock.ts';
import { DynamoRounds } from './rounds.ts';
import { setting } from './setting.ts';

let standing: DynamoRounds | undefined;
export const rounds = (): DynamoRounds =>
  (standing ??= new DynamoRounds(dynamo(), setting(ENV.table), () => realClock.nowMs()));
