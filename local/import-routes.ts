import { limits, type BatchItem } from '../functions/api.ts';
import { ApiProblem } from '../functions/parts/http/api-problem.ts';
import type { RouteTable } from '../functions/parts/http/mount.ts';
import { oneOf, onlyKnown, textOf, unasked } from '../functions/parts/http/requests.ts';
import { acceptLines, notJson, readLine, type ReadLine } from '../functions/parts/import-lines.ts';
import type { Home } from './home.ts';

/** Messages in one request; the command sends them in such portions. */
export const mostImported = 2_000;

/**
 * `POST /local/import`: messages of any age, one JSON object a line, through the same door as live ones. Silent: they
 * build profiles and start nothing. With `?wind=true` a clock that stands still is moved to each message's time first.
 */
export function importRoutes(home: Home): RouteTable {
  return [
    [
      'POST',
      '/local/import',
      async (context) => {
        onlyKnown(context.req.query(), ['wind'], 'query');
        const isWinding = oneOf('wind', context.req.query('wind'), ['true', 'false']) === 'true';
        if (isWinding && home.clock.kind === 'real')
          throw new ApiProblem(
            409,
            'clock_real',
            'Winding through an import needs a manual clock.',
            'wind',
            'Start the home with --clock manual.',
          );
        const lines = (await textOf(context, mostImported * limits.eventBytes))
          .split('\n')
          .filter((line) => line !== '');
        if (lines.length > mostImported)
          throw new ApiProblem(413, 'batch_too_large', `An import takes at most ${mostImported} messages at once.`);
        const results = isWinding ? await importWinding(home, lines) : await importSilently(home, lines);
        await home.store.durable();
        return Response.json({ results });
      },
    ],
    ['GET', '/local/totals', unasked(() => Response.json(totals(home)))],
  ];
}

/** Ids of the topics that a consent may name now. */
export const topicIds = (home: Home): readonly string[] =>
  (home.definitions.now.workspace.topics ?? []).map(({ id }) => id);

const readText = (home: Home, line: string, isSilent: boolean): ReadLine => {
  let body: unknown;
  try {
    body = JSON.parse(line);
  } catch {
    return notJson;
  }
  return readLine(body, isSilent, {
    nowMs: () => home.clock.nowMs(),
    topics: () => topicIds(home),
    newMessageId: home.secrets.messageId,
  });
};

const importSilently = (home: Home, lines: readonly string[]): Promise<readonly BatchItem[]> =>
  acceptLines(
    lines.map((line) => readText(home, line, true)),
    home.take,
  );

/** Each message at its own time, with everything that is due before it and everything it causes. */
async function importWinding(home: Home, lines: readonly string[]): Promise<readonly BatchItem[]> {
  const results: BatchItem[] = [];
  for (const line of lines) {
    const first = readText(home, line, false);
    if ('item' in first) {
      results.push(first.item);
      continue;
    }
    await home.scheduler.windBefore(first.message.occurredMs);
    const [result] = await home.take([{ ...first.message, receivedMs: home.clock.nowMs() }]);
    await home.scheduler.settle();
    results.push(result!);
  }
  home.clock.save();
  return results;
}

/** What a home holds: people, events by name, and the value of its conversions where any carries one. */
function totals(home: Home): object {
  home.db.flush();
  const { workspace } = home.definitions.now;
  const value = workspace.value ?? 'value';
  const names = new Set(home.definitions.now.conversion.flatMap((match) => [...match.names]));
  const events = home.db.all<{ name: string; n: number; value: number | null }>(
    `SELECT name, count(*) AS n, sum(round(json_extract(body, '$.properties.' || ?) * 100)) AS value FROM events GROUP BY name ORDER BY n DESC`,
    value,
  );
  return {
    people:
      home.db.get<{ n: number }>(`SELECT count(*) AS n FROM profiles WHERE json_extract(body, '$.mergedInto') IS NULL`)
        ?.n ?? 0,
    events: events.map(({ name, n, value: cents }) => ({
      name,
      count: n,
      ...(names.has(name) && cents !== null && { [value]: cents / 100 }),
    })),
  };
}
