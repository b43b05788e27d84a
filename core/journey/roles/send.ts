import { channels, type Content, type SendStep } from '../document.ts';
import type { Role } from './role.ts';

/** How long a message may be put off where the step does not say. */
export const defaultUseBy = 'PT24H';

/** Sends one message, if the gate lets it. */
export const sendRole: Role<SendStep> = {
  role: 'act',
  act: (step) => {
    const content = step.send as Content;
    const channel = channels.find((name) => content[name] !== undefined);
    if (!channel) throw new RangeError(`Step ${step.id ?? 'send'} names no channel`);
    return {
      kind: 'send',
      request: {
        channel,
        templateId: content[channel]!,
        ...(step.topic && { topic: step.topic }),
        useBy: step.useBy ?? defaultUseBy,
        ...(step.holdout !== undefined && { holdout: step.holdout }),
      },
    };
  },
};
