import { ENV } from '../env.ts';
import { dynamo, setting } from './container.ts';
import { DueRows } from './due-rows.ts';

let rows: DueRows | undefined;
export const dueRows = (): DueRows => (rows ??= new DueRows(dynamo(), setting(ENV.table)));
