import type { FrequencyCap } from '../journey/document.ts';

/** Whether a cap counts a message of this channel, purpose and topic. */
export function covers(cap: FrequencyCap, channel: string, purpose: string, topic: string | undefined): boolean {
  const channels = typeof cap.channels === 'string' ? [cap.channels] : cap.channels;
  if (!(channels as readonly string[]).includes(channel)) return false;
  return (cap.purpose === undefined || cap.purpose === purpose) && (cap.topic === undefined || cap.topic === topic);
}
