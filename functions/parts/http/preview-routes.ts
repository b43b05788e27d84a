import { publish } from '../../../core/definitions.ts';
import { checkAllButRules } from '../../../core/journey/check.ts';
import { isObject, type Json, type JsonObject } from '../../../core/json.ts';
import { previewOf, type Preview } from '../../../core/segment/preview.ts';
import { unknownCoverage } from '../../../core/segment/coverage.ts';
import type { RankTables } from '../../../core/trait/rank-table.ts';
import { closest, didYouMean } from '../../../core/suggest.ts';
import { previewSegment, type PreviewPlace, type PreviewPorts } from '../../preview-segment/preview-segment.ts';
import { ApiProblem, problemResponse } from './api-problem.ts';
import type { RouteTable } from './mount.ts';
import { isWorkflowFile, mostFolderBytes } from './publication-routes.ts';
import { objectIn, onlyKnown, textOf } from './requests.ts';

/** How long one request goes on asking people where the caller does not say; they come again with `next`. */
const usualMs = 3_000;

/** Segments before they are published: who would be in them. */
export function previewRoutes(ports: PreviewPorts, stopwatch: () => () => number, longestMs = usualMs): RouteTable {
  const preview = previewSegment(ports);
  let last: { readonly text: string; readonly preview: Preview } | undefined;
  return [
    [
      'POST',
      '/api/segments/:id/preview',
      async (context) => {
        const id = context.req.param('id') ?? '';
        const body = objectIn(await textOf(context, mostFolderBytes));
        onlyKnown(body, ['files', 'from']);
        // The same folder comes with each request of one preview.
        const { coverage } = await ports.definitions.current();
        const text = `${id} ${coverage.number} ${JSON.stringify(body['files'])}`;
        if (last?.text !== text) {
          const read = readPreview(id, body, coverage.ranks);
          if (read instanceof Promise) return read;
          last = { text, preview: read };
        }
        const elapsedMs = stopwatch();
        const found = await preview(last.preview, placeIn(body), () => elapsedMs() >= longestMs);
        return Response.json(found);
      },
    ],
  ];
}

/** @param tables of ranks as they are: people's places are read by them */
function readPreview(id: string, { files }: JsonObject, tables: RankTables | undefined): Preview | Promise<Response> {
  if (!Array.isArray(files) || !(files as readonly Json[]).every(isWorkflowFile))
    throw new ApiProblem(422, 'files_invalid', 'files is a list of { "path", "text" }.', 'files');
  const { documents, problems } = checkAllButRules(files as never);
  if (!documents) return refused(problems.filter(({ severity }) => severity === 'error') as unknown as Json);
  const preview = previewOf(
    publish(documents, undefined, { ...unknownCoverage, ...(tables && { ranks: tables }) }),
    id,
  );
  if (preview) return preview;
  const { suggestion } = didYouMean(
    closest(
      id,
      documents.segments.map((segment) => segment.id),
    ),
  );
  throw new ApiProblem(404, 'segment_unknown', `There is no segment "${id}".`, 'id', suggestion);
}
async function refused(problems: Json): Promise<Response> {
  const refusal = problemResponse(new ApiProblem(422, 'documents_invalid', 'The documents have errors.'));
  return Response.json({ ...((await refusal.json()) as JsonObject), problems }, { status: refusal.status });
}

function placeIn({ from }: JsonObject): PreviewPlace {
  if (from === undefined) return { part: 0 };
  const { part, after } = isObject(from) ? (from as JsonObject) : {};
  if (
    typeof part === 'number' &&
    Number.isInteger(part) &&
    part >= 0 &&
    (after === undefined || typeof after === 'string')
  )
    return { part, ...(after !== undefined && { after }) };
  throw new ApiProblem(422, 'from_invalid', 'from is the "next" of the answer before.', 'from');
}
