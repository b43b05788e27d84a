import type { Path } from '../../problem.ts';
import { experiment } from '../steps/experiment.ts';
import { ofKind } from '../walk.ts';
import type { Check, CheckFinding, JourneyFile, NamedFile } from './check.ts';

interface IdPlace {
  readonly file: string;
  readonly path: Path;
  readonly id: string | undefined;
}

/** The second and later places of each id. */
function repeated(
  places: readonly IdPlace[],
  messageOf: (id: string, first: IdPlace) => string,
): readonly CheckFinding[] {
  const first = new Map<string, IdPlace>();
  return places.flatMap((place) => {
    if (place.id === undefined) return [];
    const before = first.get(place.id);
    if (before) return [{ file: place.file, path: place.path, message: messageOf(place.id, before) }];
    first.set(place.id, place);
    return [];
  });
}

const inDocuments = (noun: string, files: readonly NamedFile<{ readonly id: string }>[]): readonly CheckFinding[] =>
  repeated(
    files.map(({ file, draft }) => ({ file, path: ['id'], id: draft.id })),
    (id, first) => `There are two ${noun}s with the id "${id}"; the other is ${first.file}.`,
  );

const inJourney = ({ file, steps }: JourneyFile): readonly CheckFinding[] => [
  ...repeated(
    steps.map(({ step, path }) => ({ file, path: [...path, 'id'], id: step.id })),
    (id) => `Two steps of this journey have the id "${id}". Each step needs an id of its own.`,
  ),
  ...ofKind(steps, experiment).flatMap(({ step, path, name }) =>
    repeated(
      (step.variants ?? []).map((variant, index) => ({
        file,
        path: [...path, 'variants', index, 'id'],
        id: variant?.id,
      })),
      (id) => `Two variants of ${name} have the id "${id}".`,
    ),
  ),
];

/** Ids are given once: of documents, of the steps of a journey, of the variants of an experiment, of topics. */
export const duplicateId: Check = {
  code: 'duplicate-id',
  severity: 'error',
  check: ({ workspace, segments, audiences, journeys, coupons, events, calendars, traits }) => [
    ...inDocuments('segment', segments),
    ...inDocuments('audience', audiences),
    ...inDocuments('journey', journeys),
    ...inDocuments('coupon pool', coupons),
    ...inDocuments('event', events),
    ...inDocuments('calendar', calendars),
    ...inDocuments('computed trait', traits),
    ...(workspace?.draft.stages ? traits : [])
      .filter(({ draft }) => draft.id === 'stage')
      .map(({ file }) => ({
        file,
        path: ['id'],
        message: 'The trait "stage" is the life-cycle stage that the "stages" of the workspace say.',
      })),
    ...journeys.flatMap(inJourney),
    ...repeated(
      (workspace?.draft.topics ?? []).map((topic, index) => ({
        file: workspace?.file ?? '',
        path: ['topics', index, 'id'],
        id: topic?.id,
      })),
      (id) => `Two topics have the id "${id}".`,
    ),
  ],
};
