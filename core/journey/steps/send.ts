import { isObject } from '../../json.ts';
import { byKey, either, fullList, keys } from '../../shape.ts';
import { duration, percent, text } from '../../values.ts';
import { channels, type Content, type SendStep } from '../document.ts';
import { content, messagesOf } from './content.ts';
import { stepKeys, type StepKind } from './step-kind.ts';

const firstOf = keys('{ "firstOf": … }', { firstOf: fullList('a list of channels with their templates', content) });
const ofChannels = Object.fromEntries(channels.map((channel) => [channel, content]));
const shapeOf = byKey({ ...ofChannels, firstOf });

/** Sends one message, if the gate lets it through. */
export const send: StepKind<SendStep> = {
  kind: 'send',
  key: 'send',
  schema: stepKeys({
    send: either((value) => (isObject(value) ? shapeOf(value) : content), [content, firstOf]),
    topic: text('the id of a topic').optional(),
    useBy: duration.optional(),
    holdout: percent.optional(),
  }),
  bodies: () => [],
  messages: ({ send: message }) => {
    if (!message || !('firstOf' in message)) return messagesOf(message, 'send');
    return (message.firstOf ?? []).flatMap((one, index) => messagesOf(one, 'send', 'firstOf', index));
  },
  says: ({ send: message }) => {
    const said = 'firstOf' in message ? message.firstOf.map(contentWords).join(', else ') : contentWords(message);
    return `Send ${said}.`;
  },
};

const contentWords = (message: Content): string => {
  const channel = channels.find((one) => message[one] !== undefined);
  return channel === undefined ? 'nothing' : `${channel} "${message[channel]}"`;
};
