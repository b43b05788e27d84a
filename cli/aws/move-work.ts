import { setTimeout as sleep } from 'node:timers/promises';
import {
  ListMessageMoveTasksCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
  type ListMessageMoveTasksResultEntry,
} from '@aws-sdk/client-sqs';
import { asked } from './cannot-run.ts';
import { clientOf, outputOf, outputsOf, type Where } from './deployed.ts';

/** Dead letters that go back to the queues they came from: outputs of the stack, by what they hold. */
export const workLetters = { work: 'WorkDeadLetters', wake: 'WakeDeadLetters' } as const;
export type WorkLetters = keyof typeof workLetters;

/** What became of one queue. */
export interface Moved {
  readonly letters: WorkLetters;
  readonly moved: number;
  /** Why SQS stopped before all were back. */
  readonly failure?: string;
}

const pollMs = 1_000;

/** Moves messages back to where they came from, queue by queue: SQS knows where each came from. @throws CannotRun */
export async function moveWork(
  where: Where,
  which: readonly WorkLetters[],
  onProgress: (letters: WorkLetters, moved: number, toMove: number | undefined) => void,
): Promise<readonly Moved[]> {
  const outputs = await outputsOf(where, 'App');
  const client = new SQSClient(clientOf(where));
  const all: Moved[] = [];
  for (const letters of which) {
    const arn = outputOf(outputs, workLetters[letters]);
    await start(client, arn);
    all.push(await watch(client, arn, letters, (moved, toMove) => onProgress(letters, moved, toMove)));
  }
  return all;
}

async function start(client: SQSClient, SourceArn: string): Promise<void> {
  await asked(
    { doing: `move the messages of ${SourceArn}`, action: 'sqs:StartMessageMoveTask' },
    client.send(new StartMessageMoveTaskCommand({ SourceArn })).catch(unlessRunning),
  );
}
/** A queue is moved by one task at a time: then that one is watched. */
function unlessRunning(error: unknown): undefined {
  if (error instanceof Error && /already .*(running|active)|active .*task/i.test(error.message)) return;
  throw error;
}

async function watch(
  client: SQSClient,
  SourceArn: string,
  letters: WorkLetters,
  onProgress: (moved: number, toMove: number | undefined) => void,
): Promise<Moved> {
  for (;;) {
    const { Results: [task] = [] } = await asked(
      { doing: `see how far ${SourceArn} was moved`, action: 'sqs:ListMessageMoveTasks' },
      client.send(new ListMessageMoveTasksCommand({ SourceArn, MaxResults: 1 })),
    );
    const moved = task?.ApproximateNumberOfMessagesMoved ?? 0;
    onProgress(moved, task?.ApproximateNumberOfMessagesToMove);
    if (task?.Status !== 'RUNNING' && task?.Status !== 'CANCELLING') return { letters, moved, ...failureOf(task) };
    await sleep(pollMs);
  }
}
function failureOf(task: ListMessageMoveTasksResultEntry | undefined): Pick<Moved, 'failure'> {
  if (!task || task.Status === 'COMPLETED') return {};
  return { failure: task.FailureReason ?? `The move is ${String(task.Status).toLowerCase()}.` };
}
