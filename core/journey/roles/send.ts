import { channels, type Channel, type SendStep } from '../document.ts';
import type { MessageChoice, Role } from './role.ts';

/** How long a message may be put off where the step does not say. */
export const defaultUseBy = 'PT24H';

/** The channels with their templates that a message may take, the first that would be sent now. */
export const choicesOf = (message: SendStep['send']): readonly MessageChoice[] =>
  'firstOf' in message
    ? message.firstOf.flatMap(choicesOf)
    : channels.flatMap((channel) => {
        const templateId = message[channel];
        return templateId === undefined ? [] : [{ channel, templateId }];
      });

/** Sends one message, if the gate lets it. */
export const sendRole: Role<SendStep> = {
  role: 'act',
  act: (step) => ({
    kind: 'send',
    request: {
      choices: choicesOf(step.send),
      ...(step.topic && { topic: step.topic }),
      useBy: step.useBy ?? defaultUseBy,
      ...(step.holdout !== undefined && { holdout: step.holdout }),
    },
  }),
  channels: (step): readonly Channel[] => choicesOf(step.send).map(({ channel }) => channel),
};
