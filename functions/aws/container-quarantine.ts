import type { Quarantine } from '../../core/ports.ts';
import { ENV } from '../env.ts';
import { dynamo } from './container.ts';
import type { DynamoQuarantine } from './quarantine.ts';
import { realClock } from './real-clock.ts';
import { setting } from './setting.ts';

let opened: Promise<DynamoQuarantine> | undefined;
/** Where events are set aside; its code is loaded with the first one. */
export const openQuarantine = (): Promise<DynamoQuarantine> =>
  (opened ??= import('./quarantine.ts').then(
    ({ DynamoQuarantine: Made }) => new Made(dynamo(), setting(ENV.table), realClock),
  ));

/** What the door asks of it. */
export const quarantine: Pick<Quarantine, 'put' | 'note' | 'remove'> = {
  put: async (rows) => (await openQuarantine()).put(rows),
  remove: async (ids) => (await openQuarantine()).remove(ids),
  note: async (notes) => (await openQuarantine()).note(notes),
};
/** What whoever looks asks of it. */
export const laterQuarantine: Pick<Quarantine, 'list' | 'get' | 'remove' | 'count' | 'noted'> = {
  list: async (query) => (await openQuarantine()).list(query),
  get: async (ids) => (await openQuarantine()).get(ids),
  remove: async (ids) => (await openQuarantine()).remove(ids),
  count: async (name) => (await openQuarantine()).count(name),
  noted: async () => (await openQuarantine()).noted(),
};
