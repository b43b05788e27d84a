import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { isObject } from '../../core/json.ts';
import type { RedriveAnswer } from '../../functions/aws/redrive.ts';
import { asked, CannotRun } from './cannot-run.ts';
import { clientOf, outputOf, outputsOf, type Where } from './deployed.ts';

/** As the function takes it. */
export type FactsTask =
  { readonly kind: 'records' } | { readonly kind: 'profile'; readonly profileId: string; readonly since?: string };

/** What became of all of it. */
export interface Redriven {
  readonly carried: number;
  /** Records that are still put aside, or facts that the bus did not take. */
  readonly failed: number;
  /** Whether the work was broken off, since a whole call carried nothing. */
  readonly isStuck: boolean;
  readonly isKnown: boolean;
}

/** A call answers within a minute or so; its last work may take one more. */
const patienceMs = 150_000;

/** Calls the function until nothing is left. @throws CannotRun */
export async function redriveFacts(
  where: Where,
  task: FactsTask,
  onProgress: (carried: number, failed: number) => void,
): Promise<Redriven> {
  const name = outputOf(await outputsOf(where, 'App'), 'RedriveFunction');
  const client = new LambdaClient({ ...clientOf(where), requestHandler: { requestTimeout: patienceMs } });
  let [carried, failed, after]: [number, number, string | undefined] = [0, 0, undefined];
  for (;;) {
    const answer = await invoke(client, name, { ...task, ...(after !== undefined && { after }) });
    carried += answer.carried;
    // Records that failed are met again by the next call: those of the last are all that are left.
    failed = task.kind === 'records' ? answer.failed : failed + answer.failed;
    onProgress(carried, failed);
    const isStuck = answer.isMore && answer.carried === 0 && answer.next === after;
    if (!answer.isMore || isStuck) return { carried, failed, isStuck, isKnown: answer.isKnown ?? true };
    after = answer.next;
  }
}

async function invoke(client: LambdaClient, FunctionName: string, task: object): Promise<RedriveAnswer> {
  const doing = `call the function ${FunctionName}`;
  const { FunctionError, Payload } = await asked(
    { doing, action: 'lambda:InvokeFunction' },
    client.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(task) })),
  );
  const answer = parsed(Payload?.transformToString());
  if (FunctionError === undefined && isAnswer(answer)) return answer;
  const said = isObject(answer) ? `${String(answer['errorType'])}: ${String(answer['errorMessage'])}` : 'no answer';
  throw new CannotRun('function-failed', doing, `${said}.`, 'Its log says more; nothing that was carried is lost.');
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '') as unknown;
  } catch {
    return undefined;
  }
}
const isAnswer = (answer: unknown): answer is RedriveAnswer =>
  isObject(answer) &&
  typeof answer['carried'] === 'number' &&
  typeof answer['failed'] === 'number' &&
  typeof answer['isMore'] === 'boolean';
