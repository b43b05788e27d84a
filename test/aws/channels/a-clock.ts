import type { Waiting } from '../../../functions/aws/channels/pace.ts';

/** Time that passes only for those who wait. */
export function aClock(): Waiting & { readonly slept: number[] } {
  let nowMs = 0;
  const slept: number[] = [];
  return {
    slept,
    nowMs: () => nowMs,
    sleep: (ms) => {
      slept.push(ms);
      nowMs += ms;
      return Promise.resolve();
    },
  };
}
