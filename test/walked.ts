import { expect } from 'vitest';
import { compileJourney, type JourneyVersion } from '../core/definitions.ts';
import type { Enrollment } from '../core/enrollment/enrollment.ts';
import type { Journey } from '../core/journey/document.ts';
import { leadsOf } from '../core/journey/plan.ts';
import { comesAfter } from '../core/journey/versions/same-step.ts';

/**
 * Holds people's walks against the plan's word, whatever was published meanwhile: every step comes after the one before
 * it by the version that the person was in then, nobody comes to one twice that is in no loop, and everybody comes to an end.
 * @param rows of enrollments, as they were committed one after the other
 * @param journeys every document that was ever published
 */
export function expectWalked(rows: readonly Enrollment[], journeys: readonly Journey[]): void {
  const all = journeys.map((one) => compileJourney(one));
  const versions = new Map(all.map((one) => [one.version, one]));
  const walked = new Map<string, Enrollment>();
  for (const row of rows) {
    expectStep(walked.get(row.enrollmentId), row, versions.get(row.version)!);
    walked.set(row.enrollmentId, row);
  }
  for (const { path, status } of walked.values()) {
    const once = path.filter((id) => !all.some(({ plan }) => comesAfter(plan, id).has(id)));
    expect(new Set(once).size).toBe(once.length);
    expect(['active', 'failed']).not.toContain(status);
  }
}

/** Nobody skips a step, and nobody goes back. */
function expectStep(stood: Enrollment | undefined, row: Enrollment, { plan }: JourneyVersion): void {
  const before = stood?.path ?? [];
  expect(row.path.slice(0, before.length)).toEqual(before);
  const isOver = row.status === 'completed' && stood?.status === 'active';
  const stops = [...row.path.slice(before.length), ...(isOver ? [null] : [])];
  let at = before.at(-1);
  for (const [index, stop] of stops.entries()) {
    const node = at === undefined ? undefined : plan.nodes.get(at);
    // Who stands before a step that was put off, or is being done, goes on with it, whatever is new before it.
    const isBefore = index === 0 && stood?.status === 'active' && stood.cursor.stepId !== at;
    expect(isBefore ? [stood.cursor.stepId || null] : node ? leadsOf(node) : [plan.start]).toContain(stop);
    at = stop ?? undefined;
  }
}
