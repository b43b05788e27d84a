import { passing } from '../core/journey/compile.ts';
import type { JsonObject } from '../core/json.ts';

/** A batch that ran out of time may be tried again: what it had committed changes nothing. */
const retried = [...passing, 'States.Timeout'];
const again = { IntervalSeconds: 2, MaxAttempts: 8, BackoffRate: 2, JitterStrategy: 'FULL' } as const;

/** One batch: a call whose answer says whether another follows. */
export const batch = (functionName: string, payload: JsonObject, next: string): JsonObject => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: functionName, Payload: payload },
  Assign: { isDone: '{% $states.result.Payload.isDone %}' },
  Output: '{% $states.input %}',
  TimeoutSeconds: 330,
  Retry: [{ ErrorEquals: retried, ...again }],
  Next: next,
});

/** Where to go once the last batch is done, and where before. */
export const until = (over: string, on: string): JsonObject => ({
  Type: 'Choice',
  Choices: [{ Condition: '{% $isDone %}', Next: over }],
  Default: on,
});

export interface PartsOptions {
  /** What each part is given beside its number; it is `part`. */
  readonly selected: JsonObject;
  /** The call of one batch, which leads to `More`. */
  readonly walk: JsonObject;
  readonly next: string;
}

/** Parts side by side, each batch after batch. */
export const inParts = ({ selected, walk, next }: PartsOptions) =>
  ({
    Type: 'Map',
    Items: '{% $states.input.parts %}',
    ItemSelector: { ...selected, part: '{% $states.context.Map.Item.Value %}' },
    // A new account runs ten functions at once: live events go first.
    MaxConcurrency: 4,
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'Walk',
      States: { Walk: walk, More: until('Walked', 'Walk'), Walked: { Type: 'Succeed' } },
    },
    // A part that failed for all its tries is walked on from where it stood.
    Retry: [{ ErrorEquals: ['States.ExceedToleratedFailureThreshold'], IntervalSeconds: 60, MaxAttempts: 5 }],
    Output: '{% $states.input %}',
    Next: next,
  }) as const satisfies JsonObject;
