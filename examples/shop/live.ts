import type { Home } from '../../local/home.ts';
import { Intake } from '../../functions/parts/http/intake.ts';
import { shopYear } from './generate.ts';

/** How a year went by. */
export interface Lived {
  readonly messages: number;
  readonly refused: number;
}

const keys = { server: 'local-server-key', public: 'local-public-key' } as const;

/**
 * Lives through a year of the shop: each message comes in at its own time through the intake, and everything that is due
 * in between happens first.
 */
export async function liveYear(
  home: Home,
  year: Parameters<typeof shopYear>,
  onDay: (atMs: number, messages: number) => void,
): Promise<Lived> {
  const intake = new Intake({
    accept: home.accept,
    // Nobody waits for the single message: the home puts its work on disk every tenth of a second anyway.
    durable: async () => undefined,
    clock: home.clock,
    newMessageId: home.secrets.messageId,
    trustOf: (key) => (key === keys.server ? 'server' : key === keys.public ? 'public' : undefined),
    mostAtOnce: 1,
    onError: (error) => {
      throw error;
    },
  });
  const authorization = { server: basic(keys.server), public: basic(keys.public) };
  const encoder = new TextEncoder();
  let [messages, refused, day] = [0, 0, 0];
  for (const { atMs, key, message } of shopYear(...year)) {
    await home.scheduler.windBefore(atMs);
    const { type, ...body } = message;
    const response = await intake.handle({
      method: 'POST',
      path: `/v1/${type}`,
      authorization: authorization[key],
      body: encoder.encode(JSON.stringify(body)),
    });
    messages++;
    if (response.status !== 200) refused++;
    const today = Math.floor(atMs / 86_400_000);
    if (today !== day) {
      day = today;
      onDay(atMs, messages);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  await home.scheduler.settle();
  await home.store.durable();
  return { messages, refused };
}

const basic = (key: string): string => `Basic ${Buffer.from(`${key}:`).toString('base64')}`;
