import type { DefinitionStore } from '../../../core/ports.ts';
import { closest, didYouMean } from '../../../core/suggest.ts';
import type { MigrateTask, MigratedBatch } from '../../migrate-enrollments/migrate-enrollments.ts';
import { ApiProblem } from './api-problem.ts';
import type { RouteTable } from './mount.ts';
import { bodyOf, textIn } from './requests.ts';

/** It holds the place in a list: an id and a time, in base 64. */
const longestCursor = 4_000;

/** What moving people to the current version needs of the system behind it. */
export interface MigrationOptions {
  readonly definitions: DefinitionStore;
  readonly migrate: (task: MigrateTask) => Promise<MigratedBatch>;
  /** Answers once what was written cannot be lost. */
  readonly durable: () => Promise<void>;
}

/** Moves people from earlier versions of a journey to the current one, a batch for each request. */
export function migrationRoutes({ definitions, migrate, durable }: MigrationOptions): RouteTable {
  return [
    [
      'POST',
      '/api/journeys/:id/migrations',
      async (context) => {
        const body = await bodyOf(context, { keys: ['cursor'], mayBeEmpty: true });
        const cursor = textIn(body, 'cursor', longestCursor);
        const journeyId = context.req.param('id') ?? '';
        const { journeys } = await definitions.current();
        if (!journeys.has(journeyId)) {
          const { suggestion } = didYouMean(closest(journeyId, journeys.keys()));
          throw new ApiProblem(404, 'journey_unknown', `No version of "${journeyId}" is current.`, 'id', suggestion);
        }
        const batch = await migrate({ journeyId, ...(cursor !== undefined && { cursor }) });
        await durable();
        return Response.json(batch);
      },
    ],
  ];
}
