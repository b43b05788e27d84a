import type { Groups } from '../../core/ports.ts';
import { ENV } from '../env.ts';
import { dynamo } from './container.ts';
import { setting } from './setting.ts';

let opened: Promise<Groups> | undefined;
const open = (): Promise<Groups> =>
  (opened ??= import('./groups.ts').then(({ DynamoGroups }) => new DynamoGroups(dynamo(), setting(ENV.table))));

/** What is known of groups; its code is loaded with the first one. */
export const groups: Groups = {
  group: async (id) => (await open()).group(id),
  put: async (group, expectedVersion) => (await open()).put(group, expectedVersion),
};
