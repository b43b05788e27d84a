import type { Draft } from '../../draft.ts';
import { keys, ruled, type Complaint } from '../../shape.ts';
import { text } from '../../values.ts';
import { channels, type Content } from '../document.ts';
import type { MessagePlace } from './step-kind.ts';

const template = text('the id of a template').optional();
/** A template for each channel that a message may take. */
const contentShape = { email: template, push: template, sms: template, webhook: template, 'in-app': template };

/** What is wrong with a message that names no channel or several. */
function oneChannel(content: object): Complaint | undefined {
  const named = Object.keys(content);
  if (named.length === 1) return undefined;
  const choice = channels.map((channel) => `"${channel}"`).join(', ');
  const must = 'one channel with its template';
  if (named.length === 0) {
    return {
      code: 'missing-channel',
      must,
      sentence: `This names no channel. Write one of ${choice} with its template.`,
    };
  }
  const both = named.map((channel) => `"${channel}"`).join(' and ');
  return { code: 'ambiguous-send', must, sentence: `This names ${both} at once. One message takes one channel.` };
}

/** One channel with its template. */
export const content = ruled(
  keys('one channel with its template, such as { "email": "welcome" }', contentShape),
  oneChannel,
);

type MaybeContent = Draft<Content> & { readonly firstOf?: unknown };
/** The message of one channel with its template. */
export const messagesOf = (
  message: MaybeContent | undefined,
  ...path: readonly (string | number)[]
): readonly MessagePlace[] =>
  channels.flatMap((channel) => {
    const id = message?.[channel];
    return id === undefined ? [] : [{ path: [...path, channel], channel, template: id }];
  });
