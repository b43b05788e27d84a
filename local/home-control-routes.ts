import { controlJourneys } from '../functions/control-journeys/control-journeys.ts';
import { endEnrollments } from '../functions/end-enrollments/end-enrollments.ts';
import { controlRoutes } from '../functions/parts/http/control-routes.ts';
import type { RouteTable } from '../functions/parts/http/mount.ts';
import { stopwatch } from './clock.ts';
import type { Home } from './home.ts';

/** So many people are listed at once. */
const partOfList = 200;
/** How long one request to stop a journey goes on ending people; the command calls again. */
const endWithinMs = 10_000;

/** Pauses and stops of the embedded home. */
export function homeControlRoutes({ controls, clock, definitions, ports, read }: Home): RouteTable {
  const inside = (journeyId: string, cursor: string | undefined) =>
    read.enrollmentsIn(journeyId, 'active', { limit: partOfList, ...(cursor !== undefined && { cursor }) });
  const end = endEnrollments({ ...ports, inside });
  return controlRoutes({
    controls,
    definitions,
    control: controlJourneys({ controls, clock }),
    inside,
    end: (journeyId) => {
      const elapsedMs = stopwatch();
      return end({ journeyId, isTimeOver: () => elapsedMs() >= endWithinMs });
    },
  });
}
