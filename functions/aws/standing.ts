import type { Enrollment } from '../../core/enrollment/enrollment.ts';
import type { Standing } from '../../core/journey/versions/plan-change.ts';

/** Who is inside a journey, a part of the list at a time. */
export type Inside = (
  journeyId: string,
  page: { readonly limit: number; readonly cursor?: string },
) => Promise<{ readonly items: readonly Enrollment[]; readonly next?: string }>;

const partOfList = 1_000;

/** Counts who stands where: each person inside is read once. */
export async function countStanding(inside: Inside, journeyIds: readonly string[]): Promise<readonly Standing[]> {
  const counts = new Map<string, Standing>();
  for (const journeyId of journeyIds)
    for (let cursor: string | undefined, isOver = false; !isOver; isOver = cursor === undefined) {
      const part = await inside(journeyId, { limit: partOfList, ...(cursor !== undefined && { cursor }) });
      for (const one of part.items) addTo(counts, one);
      cursor = part.next;
    }
  return [...counts.values()];
}

function addTo(counts: Map<string, Standing>, { journeyId, version, cursor: { stepId } }: Enrollment): void {
  const name = JSON.stringify([journeyId, version, stepId]);
  const people = (counts.get(name)?.people ?? 0) + 1;
  counts.set(name, { journeyId, version, stepId, people });
}
