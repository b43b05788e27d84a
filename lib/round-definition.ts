import type { JsonObject } from '../core/json.ts';
import { batch, inParts, until } from './batches.ts';

/** What a batch is told of its round. */
const round = {
  journeyId: '{% $states.input.journeyId %}',
  roundId: '{% $states.input.roundId %}',
  startedMs: '{% $states.input.startedMs %}',
  sinceMs: '{% $states.input.sinceMs %}',
};
const walk = (part: string, next: string): JsonObject => batch('${WalkRound}', { ...round, part }, next);

/**
 * Walks one round of a schedule over the members of its segment: shards side by side, each in batches whose place is kept
 * in the table. Where rank decides, the shards only rank, and one walk in the order of rank follows.
 */
export const roundDefinition = {
  Comment: 'One round of a schedule',
  QueryLanguage: 'JSONata',
  StartAt: 'Members',
  States: {
    Members: inParts({ selected: round, walk: walk('{% $states.input.part %}', 'More'), next: 'Order' }),
    Order: {
      Type: 'Choice',
      Choices: [{ Condition: '{% $states.input.isRanked %}', Next: 'WalkByRank' }],
      Default: 'Over',
    },
    WalkByRank: walk('ranked', 'MoreByRank'),
    MoreByRank: until('Over', 'WalkByRank'),
    Over: { Type: 'Succeed' },
  },
} as const satisfies JsonObject;
