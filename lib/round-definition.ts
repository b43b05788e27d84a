import { passing } from '../core/journey/compile.ts';
import type { JsonObject } from '../core/json.ts';

/** A batch that ran out of time may be tried again: what it had committed changes nothing. */
const retried = [...passing, 'States.Timeout'];
const again = { IntervalSeconds: 2, MaxAttempts: 8, BackoffRate: 2, JitterStrategy: 'FULL' } as const;

/** One batch after the other: each is a call, and what it answers says whether another follows. */
const walk = (part: string, next: string): JsonObject => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: {
    FunctionName: '${WalkRound}',
    Payload: {
      journeyId: '{% $states.input.journeyId %}',
      roundId: '{% $states.input.roundId %}',
      part,
      startedMs: '{% $states.input.startedMs %}',
      sinceMs: '{% $states.input.sinceMs %}',
    },
  },
  Assign: { isDone: '{% $states.result.Payload.isDone %}' },
  Output: '{% $states.input %}',
  TimeoutSeconds: 330,
  Retry: [{ ErrorEquals: retried, ...again }],
  Next: next,
});
const until = (over: string, on: string): JsonObject => ({
  Type: 'Choice',
  Choices: [{ Condition: '{% $isDone %}', Next: over }],
  Default: on,
});

/**
 * Walks one round of a schedule over the members of its segment: shards side by side, each in batches whose place is kept
 * in the table. Where rank decides, the shards only rank, and one walk in the order of rank follows.
 */
export const roundDefinition = {
  Comment: 'One round of a schedule',
  QueryLanguage: 'JSONata',
  StartAt: 'Members',
  States: {
    Members: {
      Type: 'Map',
      Items: '{% $states.input.parts %}',
      ItemSelector: {
        journeyId: '{% $states.input.journeyId %}',
        roundId: '{% $states.input.roundId %}',
        startedMs: '{% $states.input.startedMs %}',
        sinceMs: '{% $states.input.sinceMs %}',
        part: '{% $states.context.Map.Item.Value %}',
      },
      // A new account runs ten functions at once: live events go first.
      MaxConcurrency: 4,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Walk',
        States: {
          Walk: walk('{% $states.input.part %}', 'More'),
          More: until('Walked', 'Walk'),
          Walked: { Type: 'Succeed' },
        },
      },
      // A part that failed for all its tries is walked on from where it stood.
      Retry: [{ ErrorEquals: ['States.ExceedToleratedFailureThreshold'], IntervalSeconds: 60, MaxAttempts: 5 }],
      Output: '{% $states.input %}',
      Next: 'Order',
    },
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
