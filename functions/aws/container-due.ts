import { ENV } from '../env.ts';
import { dynamo } from './container.ts';
import { setting } from './setting.ts';
import { DueRows } from './due-rows.ts';

let rows: DueRows | undefined;
export const dueRows = (): DueRows => (rows ??= new DueRows(dynamo(), setting(ENV.table)));
