import { gunzipSync } from 'node:zlib';
import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import { isObject } from '../../core/json.ts';
import type { WorkflowFile } from '../../core/journey/read-documents.ts';
import type { Coming } from '../aws/deployed-publications.ts';
import { realClock } from '../aws/real-clock.ts';
import { logger, observed, sayingOf } from '../middleware.ts';
import { mount, type RouteTable } from '../parts/http/mount.ts';

type Answering = ReturnType<typeof handle>;
type Request = Parameters<Answering>[0];
/** A folder with its tables. */
const mostBytes = 50_000_000;

/**
 * Publishes without a deployment, and says before whom a segment would be about: called by `sojourn plan`, `publish`, `rollback` and `segment --preview`, in the form of HTTP requests; and tells
 * of versions through the HTTP API, which has checked the bearer's token.
 */
export const handler = observed(async (request: Request) => {
  const body = textOf(request);
  const app = new Hono();
  const onError = (error: unknown, requestId: string): void =>
    logger.error('A request failed.', { requestId, reason: sayingOf(error) });
  mount(app, await routesFor(body), onError);
  return handle(app)({ ...request, body, isBase64Encoded: false });
});

/** A folder comes packed: a call holds 6 MB. */
function textOf({ body, isBase64Encoded }: Request): string {
  if (!isBase64Encoded) return body ?? '';
  return gunzipSync(Buffer.from(body ?? '', 'base64'), { maxOutputLength: mostBytes }).toString('utf8');
}

async function routesFor(body: string): Promise<RouteTable> {
  // Checking documents takes as much code as all the rest: it is loaded once somebody asks.
  const [{ lookForDrift, publisherPublications }, { publicationRoutes }, useCases] = await Promise.all([
    import('../aws/deployed-publications.ts'),
    import('../parts/http/publication-routes.ts'),
    import('./publish-documents.ts'),
  ]);
  const { planDocuments, publishDocuments, rollBack } = useCases;
  const publications = await publisherPublications(await comingWith(body));
  const ports = { publications, clock: realClock };
  return [
    ...publicationRoutes({
      state: (journeyId) => publications.state(journeyId),
      records: (journeyId) => publications.records(journeyId),
      plan: planDocuments(ports),
      publish: publishDocuments(ports),
      rollBack: rollBack(ports),
      durable: async () => undefined,
    }),
    ['POST', '/api/segments/:id/preview', async (context) => (await previewing())(context)],
    ['GET', '/api/drift', async () => Response.json({ lines: await lookForDrift(publications) })],
  ];
}

/** How long one call asks people, and how many of them at once: what is left is for the next call. */
const [previewMs, previewedAtOnce] = [10_000, 16];
let previewRoute: RouteTable[number] | undefined;
/** Who would be in a segment that is not published: everybody is looked at, which takes calls. */
async function previewing(): Promise<RouteTable[number][2]> {
  if (previewRoute) return previewRoute[2];
  const [{ previewRoutes }, { fills }, { groups }, { definitions, profiles }] = await Promise.all([
    import('../parts/http/preview-routes.ts'),
    import('../aws/container-fills.ts'),
    import('../aws/container-groups.ts'),
    import('../aws/container.ts'),
  ]);
  const ports = { profiles: profiles(), definitions: definitions(), clock: realClock, fills: fills(), groups };
  const stopwatch = (): (() => number) => {
    const startMs = performance.now();
    return () => performance.now() - startMs;
  };
  const rest = (): Promise<void> => Promise.resolve();
  [previewRoute] = previewRoutes({ ...ports, rest, atOnce: previewedAtOnce }, stopwatch, previewMs);
  return previewRoute![2];
}

/** What of a body is not for the routes: templates as the command has compiled them, and which folder it was. */
async function comingWith(body: string): Promise<Coming> {
  const asked: unknown = JSON.parse(body === '' ? '{}' : body);
  if (!isObject(asked) || !Array.isArray(asked['files'])) return {};
  const { hashOfFiles } = await import('../aws/publication-store.ts');
  const saying = { said: hashOfFiles(asked['files'] as readonly WorkflowFile[]) };
  const { templates } = asked;
  return { saying, ...(Array.isArray(templates) && { templates: templates as NonNullable<Coming['templates']> }) };
}
