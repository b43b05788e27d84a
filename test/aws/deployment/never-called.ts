/** Actions that functions are allowed and that no call of theirs needs here, and why: `function action` → the reason. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [/ kms:/, 'The services use the key in the function’s name.'],
  [/ logs:/, 'Lambda writes the log.'],
  [/ s3:(ListBucket|PutObject)$/, 'Lambda puts the batches there that a stream’s mapping gives up.'],
  [/ dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams)$/, 'Lambda reads the stream.'],
  [
    /^(enter-journey|resume-enrollment|accept-emitted|wake-due|take-feedback) sqs:(ReceiveMessage|DeleteMessage|ChangeMessageVisibility)$/,
    'Lambda polls the queue.',
  ],
  [/ sqs:(GetQueueAttributes|GetQueueUrl)$/, 'CDK grants them with sending and polling.'],
  [
    /^wake-due sqs:SendMessage$/,
    'A call is never so long here: wake-place.test.ts, and wake-queue.test.ts on the double.',
  ],
  [/^(redrive|begin-rounds|decide-winners) sqs:SendMessage$/, 'Lambda sends what failed asynchronously.'],
  [
    /^wake-due states:SendTaskFailure$/,
    'Tokens are granted as one; the repair lets executions find out by themselves.',
  ],
  [
    / dynamodb:(ConditionCheckItem|UpdateItem|GetItem)$/,
    'What reads and commits is granted as one, and which of it a commit needs is told by the change.',
  ],
  [
    /^(?!relay|redrive|wake-due|run-touch|mark-failed|accept-events).* dynamodb:DeleteItem$/,
    'After any commit the due rows are taken away that it moved: one place, which the others come by. Failing changes nothing.',
  ],
  [
    /^resume-enrollment states:StartExecution$/,
    'Nobody is parked in these lives: random-journeys.test.ts lets people park.',
  ],
  [/^control-journeys states:/, 'Nobody goes over to another version in these lives: publish.test.ts moves people.'],
  [
    /^publish-documents /,
    'Nobody publishes between deployments in these lives: publish.test.ts does, and publication-store.test.ts lets it die after each call.',
  ],
  [
    /^publish-definitions events:(PutRule|DeleteRule|PutTargets|RemoveTargets)$/,
    'No rule differs from what the deployment brings: publication-store.test.ts.',
  ],
  [
    /^fill-profiles /,
    'Nothing is published in these lives that asks something else of people: filling.test.ts does, and fills.test.ts lets each of its calls fail.',
  ],
  [/^sweep-lake /, 'Nobody is erased in these lives: sweep-lake.test.ts lets each of its calls fail.'],
  [/^redrive dynamodb:BatchGetItem$/, 'Reading is granted as one.'],
];

/** Those of `function action` for which there is no reason, and reasons for which there is no such action. */
export function unexplained(never: readonly string[]): readonly string[] {
  return [
    ...never.filter((one) => !reasons.some(([pattern]) => pattern.test(one))),
    ...reasons.flatMap(([pattern, reason]) => (never.some((one) => pattern.test(one)) ? [] : [reason])),
  ];
}
