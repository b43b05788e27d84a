import { createCalls, type Call } from '../../parts/channels/call.ts';
import { secret } from '../container.ts';
import { realClock } from '../real-clock.ts';

/** Signed calls to other systems, under the secrets of webhooks. */
export async function openCall(): Promise<Call> {
  const { webhookSecrets = [] } = await secret();
  return createCalls({ secrets: webhookSecrets, nowMs: () => realClock.nowMs() });
}
