import type { DefinitionStore } from '../../../core/ports.ts';
import type { MigrateTask, MigratedBatch } from '../../migrate-enrollments/migrate-enrollments.ts';
import { ApiProblem } from './api-problem.ts';
import type { RouteTable } from './mount.ts';
import { bodyOf } from './requests.ts';

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
        const { cursor } = await bodyOf(context, {});
        const journeyId = context.req.param('id') ?? '';
        if (!(await definitions.current()).journeys.has(journeyId))
          throw new ApiProblem(404, 'journey_unknown', `No version of "${journeyId}" is current.`, 'id');
        const batch = await migrate({ journeyId, ...(typeof cursor === 'string' && { cursor }) });
        await durable();
        return Response.json(batch);
      },
    ],
  ];
}
