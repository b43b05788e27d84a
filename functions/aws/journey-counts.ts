import type { JourneyCounts } from '../parts/http/directory.ts';

/** Of an enrollment or a delivery, what is counted. */
export interface Tally {
  readonly status: string;
  readonly reason?: string;
  readonly stepId: string;
  readonly path: readonly string[];
  readonly hasReachedGoal: boolean;
}

/** Counts of a journey, from all its enrollments and deliveries. */
export function countJourney(enrollments: readonly Tally[], deliveries: readonly Tally[]): JourneyCounts {
  const ended = enrollments.filter(({ status }) => ['exited', 'completed', 'failed'].includes(status));
  const byStep = Map.groupBy(deliveries, ({ stepId }) => stepId);
  return {
    byStatus: counted(enrollments.map(({ status }) => status)),
    byReason: counted(ended.map(({ reason, status }) => reason ?? status)),
    reached: counted(enrollments.flatMap(({ path }) => path)),
    standing: counted(enrollments.filter(({ status }) => status === 'active').map(({ stepId }) => stepId)),
    goals: enrollments.filter(({ hasReachedGoal }) => hasReachedGoal).length,
    deliveries: Object.fromEntries(
      [...byStep].map(([stepId, all]) => [stepId, counted(all.map(({ reason, status }) => reason ?? status))]),
    ),
  };
}

function counted(names: readonly string[]): { readonly [name: string]: number } {
  const counts: { [name: string]: number } = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
