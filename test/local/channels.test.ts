import { describe, expect, it } from 'vitest';
import type { Channel } from '../../core/journey/document.ts';
import type { HandOverOutcome, Smtp } from '../../functions/parts/channels/smtp.ts';
import { HomeChannels } from '../../local/channels.ts';
import { Outbox } from '../../local/outbox.ts';
import { HomeClock } from '../../local/clock.ts';
import { Database } from '../../local/store/database.ts';

/** Channels of a home in memory, beside a mail server that answers as told. */
function channelsWith(answer: HandOverOutcome): HomeChannels {
  const db = new Database(':memory:');
  const smtp: Smtp = { turn: async () => undefined, send: async () => answer, close: () => undefined };
  return new HomeChannels(new Outbox(db, new HomeClock(db, { kind: 'manual', startMs: 0 })), smtp, () => db.durable());
}

describe('a hand-over whose answer was lost', () => {
  it('is in doubt only for email: nothing else leaves the machine', async () => {
    const channels = channelsWith({ kind: 'accepted' });
    const asked: readonly Channel[] = ['email', 'sms', 'push', 'in-app', 'webhook'];
    const found = await Promise.all(asked.map((channel) => channels.reconcile('d-1', channel)));
    expect(found).toEqual(['unknown', 'absent', 'absent', 'absent', 'absent']);
  });
});
