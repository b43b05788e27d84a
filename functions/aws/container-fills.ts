import { ENV } from '../env.ts';
import { dynamo } from './container.ts';
import { DynamoFills } from './fills.ts';
import { DynamoRanks } from './ranks.ts';
import { setting } from './setting.ts';

let standing: DynamoFills | undefined;
export const fills = (): DynamoFills => (standing ??= new DynamoFills(dynamo(), setting(ENV.table)));

let counted: DynamoRanks | undefined;
export const ranks = (): DynamoRanks => (counted ??= new DynamoRanks(dynamo(), setting(ENV.table)));
