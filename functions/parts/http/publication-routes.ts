import type { Context } from 'hono';
import { isObject, type Json, type JsonObject } from '../../../core/json.ts';
import type { WorkflowFile } from '../../../core/journey/read-documents.ts';
import type { PublicationRecord, PublicationState } from '../../../core/journey/versions/publication.ts';
import { toInstant } from '../../../core/time/instant.ts';
import { NoSuchVersion, type Published, type RollbackTask } from '../../publish-documents/publish-documents.ts';
import { ApiProblem, problemResponse } from './api-problem.ts';
import type { RouteTable } from './mount.ts';
import { bodyOf, objectIn, onlyKnown, saidIn, textOf, unasked } from './requests.ts';

type Wish = Parameters<PublicationOptions['publish']>[0];
/** What publishing needs of the system behind it. */
export interface PublicationOptions {
  /** Nobody need be counted who is in another journey. */
  readonly state: (journeyId: string) => Promise<PublicationState>;
  readonly records: (journeyId: string) => Promise<readonly PublicationRecord[]>;
  readonly plan: (wish: Wish) => Promise<Published>;
  readonly publish: (wish: {
    readonly files: readonly WorkflowFile[];
    readonly reopened: ReadonlySet<string>;
    readonly isDraining: boolean;
    readonly by?: string;
    readonly why?: string;
  }) => Promise<Published>;
  readonly rollBack: (task: RollbackTask) => Promise<Published>;
  /** Answers once what was written cannot be lost. */
  readonly durable: () => Promise<void>;
}

/** A folder with its tables; templates of a hundred mails are 1 MB. */
export const mostFolderBytes = 50_000_000;

/** Plans, publications and versions of journeys. */
export function publicationRoutes(options: PublicationOptions): RouteTable {
  return [
    ['POST', '/api/plans', async (context) => Response.json(presentPlan(await options.plan(await wishIn(context))))],
    ['POST', '/api/publications', async (context) => answer(await options.publish(await wishIn(context)), options)],
    [
      'GET',
      '/api/journeys/:id/versions',
      unasked(async (context) => Response.json(await versionsOf(idOf(context), options))),
    ],
    [
      'POST',
      '/api/journeys/:id/rollback',
      async (context) => {
        const body = await bodyOf(context, { keys: ['number', 'by', 'reason'], mayBeEmpty: true });
        const { number } = body;
        if (number !== undefined && !(typeof number === 'number' && Number.isInteger(number)))
          throw new ApiProblem(422, 'number_invalid', 'number is the number of a version.', 'number');
        const task = { journeyId: idOf(context), ...saidIn(body), ...(number !== undefined && { number }) };
        return answer(await told(options.rollBack(task)), options);
      },
    ],
  ];
}

const idOf = (context: Context): string => context.req.param('id') ?? '';

/** `templates` are read before the routes, where there are any to lay. */
const wishKeys = ['files', 'reopen', 'drain', 'by', 'reason', 'templates'];

async function wishIn(context: Context): Promise<Wish> {
  const body = objectIn(await textOf(context, mostFolderBytes));
  onlyKnown(body, wishKeys);
  const { files, reopen = [], drain = false } = body;
  if (!Array.isArray(files) || !files.every(isWorkflowFile))
    throw new ApiProblem(422, 'files_invalid', 'files is a list of { "path", "text" }.', 'files');
  if (!Array.isArray(reopen) || !reopen.every((id) => typeof id === 'string'))
    throw new ApiProblem(422, 'reopen_invalid', 'reopen is a list of ids of journeys.', 'reopen');
  if (typeof drain !== 'boolean') throw new ApiProblem(422, 'drain_invalid', 'drain is true or false.', 'drain');
  return {
    files: files as unknown as readonly WorkflowFile[],
    reopened: new Set(reopen),
    isDraining: drain,
    ...saidIn(body),
  };
}
export const isWorkflowFile = (file: unknown): file is WorkflowFile =>
  isObject(file) && typeof file['path'] === 'string' && typeof file['text'] === 'string';

async function told(work: Promise<Published>): Promise<Published> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof NoSuchVersion)
      throw new ApiProblem(404, 'version_unknown', error.message, 'number', error.suggestion);
    throw error;
  }
}

async function answer(published: Published, { durable }: PublicationOptions): Promise<Response> {
  await durable();
  if (published.kind === 'publish') return Response.json(presentPlan(published));
  const message = 'The documents have errors; nothing was published.';
  const refused = problemResponse(new ApiProblem(422, 'documents_invalid', message));
  return Response.json({ ...((await refused.json()) as JsonObject), ...presentPlan(published) }, { status: 422 });
}

/** What documents would change or have changed, and their problems. */
const presentPlan = (published: Published): JsonObject =>
  ({
    problems: published.problems,
    ...(published.kind === 'publish' && { plan: published.plan, held: published.held }),
  }) as unknown as JsonObject;

async function versionsOf(journeyId: string, options: PublicationOptions): Promise<Json> {
  const { versions, current, inside, held } = await options.state(journeyId);
  const records = await options.records(journeyId);
  if (records.length === 0)
    throw new ApiProblem(404, 'journey_unknown', `No journey "${journeyId}" was ever published here.`, 'id');
  const items = versions
    .filter((one) => one.journeyId === journeyId)
    .toSorted((a, b) => b.number - a.number)
    .map(({ number, version }) => ({
      number,
      version,
      isCurrent: current[journeyId] === number,
      publishedAt: toInstant(records.find((record) => record.version === version)?.atMs ?? 0),
      inside: inside
        .filter((one) => one.journeyId === journeyId && one.version === version)
        .reduce((sum, { people }) => sum + people, 0),
    }));
  const history = records.toReversed().map(({ number, action, atMs, by, why }) => ({
    number,
    action,
    at: toInstant(atMs),
    ...(by !== undefined && { by }),
    ...(why !== undefined && { reason: why }),
  }));
  return { items, history, isHeld: held[journeyId] !== undefined };
}
