import type { Channels } from '../../core/ports.ts';

/** Providers on AWS cannot be asked what became of a message: their reports come by themselves, as events. */
export const unaskable: Pick<Channels, 'reconcile'> = { reconcile: () => Promise.resolve('unknown') };
