import type { Channel } from '../../core/journey/document.ts';
import type { Channels } from '../../core/ports.ts';
import { ENV } from '../env.ts';
import { AwsChannels, type Keep } from './channels/channels.ts';
import { dynamo } from './container.ts';
import { messageKeeper } from './kept-messages.ts';
import { realClock } from './real-clock.ts';
import { setting } from './setting.ts';
import { unaskable } from './unaskable.ts';

type Open = (keep: Keep) => Promise<Channels>;

/** Each channel is loaded with its provider's client when its first turn is asked for: most journeys use one or two. */
const opens: { readonly [channel in Channel]: Open } = {
  email: async (keep) => (await import('./open/email.ts')).openEmail(keep),
  sms: async (keep) => (await import('./open/text.ts')).openText(keep),
  push: async (keep) => (await import('./open/push.ts')).openPush(keep),
  webhook: async (keep) => (await import('./open/webhook.ts')).openWebhook(keep),
  // The kept message is the inbox.
  'in-app': (keep) => Promise.resolve(new AwsChannels({ keep, senders: { 'in-app': () => accepted } })),
};
const accepted = Promise.resolve({ kind: 'accepted' } as const);

/** Who is told of what went wrong without anybody's waiting for it. */
export interface ChannelEars {
  readonly onNotKept: (deliveryId: string, error: unknown) => void;
  /** A hand-over that will not be tried again, or of which nobody knows whether it happened. */
  readonly onFailed: (deliveryId: string, reason: string) => void;
}

/** All channels of the deployment. */
export function deployedChannels({ onNotKept, onFailed }: ChannelEars): Channels {
  const keeper = messageKeeper(dynamo(), setting(ENV.table), realClock);
  const keep: Keep = (deliveryId, message) =>
    keeper(deliveryId, message).catch((error: unknown) => onNotKept(deliveryId, error));
  const opened = new Map<Channel, Promise<Channels>>();
  const open = (channel: Channel): Promise<Channels> => {
    const standing = opened.get(channel) ?? opens[channel](keep);
    opened.set(channel, standing);
    // What could not be opened is tried again.
    standing.catch(() => opened.delete(channel));
    return standing;
  };
  return {
    turn: async (channel, mostMs) => (await open(channel)).turn(channel, mostMs),
    deliver: async (deliveryId, message) => {
      const outcome = await (await open(message.channel)).deliver(deliveryId, message);
      const isFailed = outcome.kind === 'unknown' || (outcome.kind === 'refused' && outcome.isPermanent);
      if (isFailed) onFailed(deliveryId, outcome.reason);
      return outcome;
    },
    ...unaskable,
  };
}
