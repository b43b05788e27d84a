import type { Channel } from '../document.ts';
import { capital, type Check } from './check.ts';

const sendersByChannel = {
  email: 'email',
  sms: 'sms',
  push: 'push',
  webhook: undefined,
  'in-app': undefined,
} as const satisfies Record<Channel, string | undefined>;

/** A message goes only by channels that the workspace has a sender for. */
export const noSender: Check = {
  code: 'no-sender',
  severity: 'error',
  check: ({ workspace, journeys }) => {
    const senders = workspace?.draft.sender;
    if (!senders) return [];
    return journeys.flatMap(({ file, steps }) =>
      steps.flatMap(({ kind, step, path, name }) =>
        (kind.messages?.(step) ?? []).flatMap((message) => {
          const sender = sendersByChannel[message.channel];
          // A broken sender is still a key here, without a value.
          if (sender === undefined || sender in senders) return [];
          const says = `${capital(name)} sends by ${message.channel}, but workspace.json has no "${sender}" under "sender".`;
          return [{ file, path: [...path, ...message.path], at: 'key' as const, message: says }];
        }),
      ),
    );
  },
};
