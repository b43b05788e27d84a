import type { JourneyFile } from './check.ts';

/**
 * Whether a person may come by one step of a journey before another: it stands before it, or a repeated list holds both.
 * Steps are told by where they stand among the steps of the journey.
 */
export function mayPrecede({ steps }: JourneyFile, index: number, other: number): boolean {
  if (index < other) return true;
  const [one, two] = [steps[index], steps[other]];
  return steps.some(
    ({ kind, path }) =>
      kind.rounds !== undefined &&
      [one, two].every((place) => place !== undefined && path.every((key, at) => key === place.path[at])),
  );
}
