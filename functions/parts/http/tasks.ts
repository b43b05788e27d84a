import type { Context } from 'hono';
import type { ApiOptions } from './api-options.ts';
import { ApiProblem } from './api-problem.ts';
import { presentTask } from './present.ts';
import { bodyOf, list, oneOf, pageOf, propertiesIn } from './requests.ts';

const statuses = ['open', 'done'] as const;
/** Outcomes are compared by journeys, and names of queues are typed: neither is a text of its own. */
const mostLetters = 200;

/** Tasks, newest first. */
export async function listTasks({ directory }: ApiOptions, context: Context): Promise<Response> {
  const page = pageOf(context, 'queue', 'status');
  const queue = context.req.query('queue');
  const status = oneOf('status', context.req.query('status'), statuses);
  const filter = { ...(queue !== undefined && { queue }), ...(status && { status }) };
  return list(await directory.tasks(filter, page), presentTask);
}

const unknown = (): ApiProblem => new ApiProblem(404, 'task_unknown', 'There is no task with this id.', 'id');

export async function showTask({ ports }: ApiOptions, context: Context): Promise<Response> {
  const task = await ports.profiles.task(context.req.param('id') ?? '');
  if (!task) throw unknown();
  return Response.json(presentTask(task));
}

/** Says what came of a task. */
export async function finishTask({ completeTask, durable }: ApiOptions, context: Context): Promise<Response> {
  const body = await bodyOf(context, { keys: ['outcome', 'properties'] });
  const result = { outcome: outcomeOf(body['outcome']), properties: propertiesIn(body) };
  const answer = await completeTask({ taskId: context.req.param('id') ?? '', ...result });
  switch (answer.kind) {
    case 'unknown':
      throw unknown();
    case 'closed':
      throw new ApiProblem(409, 'task_closed', 'The person of this task was erased.', 'id');
    case 'other-outcome':
      throw new ApiProblem(
        409,
        'task_done',
        `This task is done already, with the outcome "${answer.task.outcome}".`,
        'outcome',
      );
    case 'done':
      await durable();
      return Response.json(presentTask(answer.task));
  }
}

function outcomeOf(outcome: unknown): string {
  if (typeof outcome !== 'string' || outcome.trim() === '')
    throw new ApiProblem(422, 'outcome_missing', 'Say what came of it.', 'outcome', 'Send { "outcome": "reached" }.');
  const text = outcome.trim();
  if (text.length > mostLetters)
    throw new ApiProblem(422, 'outcome_invalid', `An outcome has at most ${mostLetters} letters.`, 'outcome');
  return text;
}
