import type { Groups } from '../../core/ports.ts';
import { ENV } from '../env.ts';
import { dynamo } from './container.ts';
import { realClock } from './real-clock.ts';
import { setting } from './setting.ts';
import { listShards } from './table/keys.ts';

let opened: Promise<Groups> | undefined;
const open = (): Promise<Groups> =>
  (opened ??= import('./groups.ts').then(
    ({ DynamoGroups }) => new DynamoGroups(dynamo(), setting(ENV.table), realClock.nowMs),
  ));

/** What is known of groups; its code is loaded with the first one. */
export const groups: Groups = {
  group: async (id) => (await open()).group(id),
  put: async (group, expectedVersion, due) => (await open()).put(group, expectedVersion, due),
  parts: listShards,
  mostAtOnce: 2_000,
  enlist: async (id, profileId, sinceMs) => (await open()).enlist(id, profileId, sinceMs),
  delist: async (id, profileId, sinceMs) => (await open()).delist(id, profileId, sinceMs),
  members: async (id, part, after, most) => (await open()).members(id, part, after, most),
};
