import { passing } from '../core/journey/compile.ts';
import type { JsonObject } from '../core/json.ts';

/** Prefix of the objects that begin an import. */
export const incoming = 'incoming/';
/** Prefix of what became of their lines. */
export const results = 'results/';

/** A batch that ran out of time may be tried again: what it had committed changes nothing. */
const retried = [...passing, 'States.Timeout'];

/** The lines, and who has them: the same on every try, so that a line without an id gets the same one. */
const batchOfLines =
  "{% $merge([$states.input, { 'batch': $states.context.Execution.Id, 'begunAt': $states.context.Execution.StartTime }]) %}";

/** Reads an object of JSON lines and hands them out in batches; accepting a line twice changes nothing. */
export const importDefinition = {
  Comment: 'Imports one object of JSON lines',
  QueryLanguage: 'JSONata',
  StartAt: 'Lines',
  States: {
    Lines: {
      Type: 'Map',
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        ReaderConfig: { InputType: 'JSONL' },
        Arguments: { Bucket: '{% $states.input.bucket %}', Key: '{% $states.input.key %}' },
      },
      // A message may be 32 KB, a payload 256 KB; with fewer lines each commit is paid for by fewer events.
      ItemBatcher: {
        MaxItemsPerBatch: 500,
        MaxInputBytesPerBatch: 200_000,
        BatchInput: { key: '{% $states.input.key %}' },
      },
      // A new account runs ten functions at once: live events go first.
      MaxConcurrency: 4,
      // Lines that fail are in the results; all others are worth having.
      ToleratedFailurePercentage: 100,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Accept',
        States: {
          Accept: {
            Type: 'Task',
            Resource: 'arn:aws:states:::lambda:invoke',
            Arguments: { FunctionName: '${ImportLines}', Payload: batchOfLines },
            Output: '{% $states.result.Payload %}',
            TimeoutSeconds: 330,
            Retry: [
              { ErrorEquals: retried, IntervalSeconds: 2, MaxAttempts: 8, BackoffRate: 2, JitterStrategy: 'FULL' },
            ],
            End: true,
          },
        },
      },
      ResultWriter: {
        Resource: 'arn:aws:states:::s3:putObject',
        Arguments: {
          Bucket: '{% $states.input.bucket %}',
          Prefix: "{% 'results/' & $states.context.Execution.Name %}",
        },
      },
      End: true,
    },
  },
} as const satisfies JsonObject;
