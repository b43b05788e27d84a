import { migrateEnrollments } from '../functions/migrate-enrollments/migrate-enrollments.ts';
import { migrationRoutes } from '../functions/parts/http/migration-routes.ts';
import type { RouteTable } from '../functions/parts/http/mount.ts';
import { publicationRoutes } from '../functions/parts/http/publication-routes.ts';
import { planDocuments, publishDocuments, rollBack } from '../functions/publish-documents/publish-documents.ts';
import type { Home } from './home.ts';

/** Publishing into the embedded home while it runs. */
export function homePublicationRoutes({ publications, clock, ports, read, store }: Home): RouteTable {
  const publishing = { publications, clock };
  let last: Promise<unknown> = Promise.resolve();
  // One after the other: each is decided by what the one before has written.
  const inTurn =
    <Task, Answer>(work: (task: Task) => Promise<Answer>) =>
    (task: Task): Promise<Answer> => {
      const done = last.then(() => work(task));
      last = done.catch(() => undefined);
      return done;
    };
  const durable = (): Promise<void> => store.durable();
  const routes = publicationRoutes({
    state: () => publications.state(),
    records: async (journeyId) => publications.store.records(journeyId),
    plan: planDocuments(publishing),
    publish: inTurn(publishDocuments(publishing)),
    rollBack: inTurn(rollBack(publishing)),
    durable,
  });
  const { definitions } = ports;
  return [...routes, ...migrationRoutes({ definitions, migrate: migrateEnrollments(ports, read), durable })];
}
