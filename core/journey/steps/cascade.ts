import { fullList } from '../../shape.ts';
import { duration, percent, text } from '../../values.ts';
import type { CascadeStep } from '../document.ts';
import { eventOrCondition } from '../event-match.ts';
import { content, messagesOf } from './content.ts';
import { stepKeys, type StepKind } from './step-kind.ts';

/** Tries one channel after another until the person answers. */
export const cascade: StepKind<CascadeStep> = {
  kind: 'cascade',
  key: 'cascade',
  schema: stepKeys({
    cascade: fullList('a list of channels with their templates', content),
    every: duration,
    until: eventOrCondition.optional(),
    topic: text('the id of a topic').optional(),
    useBy: duration.optional(),
    holdout: percent.optional(),
  }),
  bodies: () => [],
  conditions: ({ until }) => (until && !('event' in until) ? [{ path: ['until'], condition: until }] : []),
  events: ({ until }) => (until && 'event' in until ? [{ path: ['until'], match: until }] : []),
  messages: (step) => (step.cascade ?? []).flatMap((one, index) => messagesOf(one, 'cascade', index)),
  sends: (step) =>
    (step.cascade ?? []).map((one, index) => ({
      channels: messagesOf(one).map(({ channel }) => channel),
      ...(index > 0 && { after: step.every }),
    })),
  holds: ({ every }) => (every === undefined ? [] : [{ path: ['every'], duration: every }]),
  says: (step, words) => {
    const until = step.until && 'event' in step.until ? words.names(step.until.event) : 'an answer';
    const channels = step.cascade.map((one) => Object.keys(one).join()).join(', then ');
    return `${channels}, one every ${words.duration(step.every)}, until ${until}.`;
  },
};
