import type { Draft } from '../../draft.ts';
import { parseDuration } from '../../time/duration.ts';
import { channels, type Channel, type FrequencyCap } from '../document.ts';
import { english } from '../words.ts';
import type { Check } from './check.ts';
import { pointsOf, worstCase, type WorstMessage } from './worst-case.ts';

/** Webhooks pass every cap. */
const capped = (cap: Draft<FrequencyCap>): ReadonlySet<string> => {
  const named = typeof cap.channels === 'string' ? [cap.channels] : (cap.channels ?? []);
  return new Set(named.filter((channel): channel is Channel => channel !== undefined && channel !== 'webhook'));
};
const countsFor =
  (cap: Draft<FrequencyCap>) =>
  (message: WorstMessage): boolean =>
    message.channels.some((channel) => capped(cap).has(channel)) &&
    (cap.topic === undefined || message.topic === cap.topic);

/** A window's length, months taken at their longest. */
function lengthMs(text: string): number {
  const duration = parseDuration(text);
  return duration ? (duration.months * 31 + duration.days) * 86_400_000 + duration.timeMs : 0;
}

function sentence(cap: Draft<FrequencyCap>, most: number, atMost: number, within: string): string {
  const named = capped(cap);
  const kind = named.size < channels.length - 1 ? `${[...named].join(' and ')} ` : '';
  const over = most - atMost;
  const fate = cap.then === 'defer' ? `${over} will be late` : `${over} will be skipped`;
  const hours = within === 'P1D' || within === 'PT24H' ? '24 h' : english.duration(within);
  return `This journey can send ${most} ${kind}messages in ${hours} to one person; your cap is ${atMost}, so ${fate}.`;
}

/** Nobody can get more messages of a journey than the caps let through, whichever way they go. */
export const tooManyMessages: Check = {
  code: 'too-many-messages',
  severity: 'warning',
  check: ({ workspace, journeys }) => {
    const caps = (workspace?.draft.frequencyCaps ?? []).filter((cap) => cap?.purpose !== 'transactional');
    if (caps.length === 0) return [];
    return journeys.flatMap(({ file, draft }) => {
      // Transactional messages pass every cap.
      const points = draft.kind === undefined || draft.kind === 'transactional' ? undefined : pointsOf(draft.steps);
      if (!points) return [];
      return caps.flatMap((cap) => {
        const { atMost, within } = cap ?? {};
        if (!cap || atMost === undefined || within === undefined || atMost === 0) return [];
        const most = worstCase(points, lengthMs(within), countsFor(cap));
        if (most <= atMost) return [];
        return [{ file, path: ['steps'], at: 'key' as const, message: sentence(cap, most, atMost, within) }];
      });
    });
  },
};
