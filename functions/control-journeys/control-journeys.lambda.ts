import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import { definitions, dynamo } from '../aws/container.ts';
import { executionPorts } from '../aws/container-executions.ts';
import { DynamoControls } from '../aws/controls.ts';
import { DynamoDirectory } from '../aws/directory.ts';
import { setting } from '../aws/setting.ts';
import { endEnrollments } from '../end-enrollments/end-enrollments.ts';
import { ENV } from '../env.ts';
import { migrateEnrollments } from '../migrate-enrollments/migrate-enrollments.ts';
import { logger, observed, sayingOf } from '../middleware.ts';
import { controlRoutes } from '../parts/http/control-routes.ts';
import { migrationRoutes } from '../parts/http/migration-routes.ts';
import { mount } from '../parts/http/mount.ts';
import { controlJourneys } from './control-journeys.ts';

/** So many people are listed at once. */
const partOfList = 200;
/** An HTTP API waits 30 s for an answer, of which a stop takes ten to be heeded. */
const endWithinMs = 12_000;

let answer: ReturnType<typeof handle> | undefined;
async function build(): Promise<ReturnType<typeof handle>> {
  const ports = await executionPorts();
  const table = setting(ENV.table);
  const controls = new DynamoControls(dynamo(), table, (ms) => new Promise((resolve) => setTimeout(resolve, ms)));
  const directory = new DynamoDirectory(dynamo(), table, definitions());
  const inside = (journeyId: string, cursor: string | undefined) =>
    directory.enrollmentsIn(journeyId, 'active', { limit: partOfList, ...(cursor !== undefined && { cursor }) });
  const end = endEnrollments({ ...ports, inside });
  const routes = controlRoutes({
    controls,
    definitions: definitions(),
    control: controlJourneys({ controls, clock: ports.clock }),
    inside,
    end: (journeyId) => {
      const fromMs = ports.clock.nowMs();
      return end({ journeyId, isTimeOver: () => ports.clock.nowMs() - fromMs >= endWithinMs });
    },
  });
  const migrate = migrateEnrollments(ports, directory);
  const migrations = migrationRoutes({ definitions: definitions(), migrate, durable: async () => undefined });
  const app = new Hono();
  mount(app, [...routes, ...migrations], (error, requestId) =>
    logger.error('A request failed.', { requestId, reason: sayingOf(error) }),
  );
  return handle(app);
}

/** Pauses, stops and resumes, and moves people to current versions: called through the HTTP API, which has checked the bearer's token, and by the command. */
export const handler = observed(async (event: Parameters<ReturnType<typeof handle>>[0]) =>
  (answer ??= await build())(event),
);
