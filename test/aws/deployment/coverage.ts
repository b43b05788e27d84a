import type { Journey } from '../../../core/journey/document.ts';
import { stepKinds } from '../../../core/journey/steps/registry.ts';
import { stepsIn } from '../../../core/journey/walk.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { Step } from './random-lives.ts';
import type { Trace } from './trace.ts';

/** All that must have been seen before a comparison of random lives says anything, and how often it was. */
export type Coverage = { [what: string]: number };

/** Kinds of steps that this release runs. */
const kindsToday = [...stepKinds.byKey.values()].filter((kind) => (kind.later?.({} as never) ?? []).length === 0);
const endings = ['completed', 'exited exit-event', 'exited exit-condition', 'exited converted', 'exited restart'];
const moreEndings = ['exited merged', 'exited exited-before-entry', 'held-out'];
const situations = [
  'exit inside a hold',
  'deferral to the end of quiet hours',
  'event that was waited for',
  'time-out of what was waited for',
  'merge of two people in flight',
  'conversion at the instant of a touch, before it',
  'conversion at the instant of a touch, after it',
  'goal reached',
  'message sent',
];
/** Nothing seen yet. */
export const noCoverage = (): Coverage =>
  Object.fromEntries(
    [...kindsToday.map(({ key }) => `step ${key}`), ...endings, ...moreEndings, ...situations].map((what) => [what, 0]),
  );

/** Counts what is seen in one trace, and in the steps that it came of. */
export function cover(
  seen: Coverage,
  {
    journeys,
    trace,
    steps,
  }: { readonly journeys: readonly Journey[]; readonly trace: Trace; readonly steps: readonly Step[] },
): void {
  const note = (what: string): void => {
    if (seen[what] === undefined) throw new RangeError(`It was not thought of that there may be: ${what}.`);
    seen[what] += 1;
  };
  const races = steps.filter(({ posts }) =>
    posts.some(({ body }) => 'event' in body && body.event === 'Order Completed'),
  );
  const instants = (isAfter: boolean): ReadonlySet<string> =>
    new Set(races.filter((race) => race.isAfter === isAfter).map(({ atMs }) => new Date(atMs).toISOString()));
  const [before, after] = [instants(false), instants(true)];
  const byId = new Map(journeys.map((journey) => [journey.id, journey]));
  for (const enrollment of trace.enrollments) {
    const { status, reason, exitedAt, goalReachedAt } = enrollment;
    const { kinds, thens, otherwises } = placesOf(byId.get(String(enrollment['journeyId']))!);
    const path = enrollment['path'] as readonly string[];
    for (const id of path) note(`step ${kinds.get(id)}`);
    note([status, reason].filter(Boolean).join(' '));
    if (goalReachedAt !== undefined) note('goal reached');
    if (reason === 'exit-event' && /^wait/.test(kinds.get(path.at(-1)!) ?? '')) note('exit inside a hold');
    if (reason === 'converted' && before.has(String(exitedAt))) note('conversion at the instant of a touch, before it');
    // Whoever had waited at the first step is past it.
    if (after.has(String(exitedAt)) && path.length > 1) note('conversion at the instant of a touch, after it');
    for (const [index, id] of path.entries()) {
      if (kinds.get(id) !== 'waitFor') continue;
      if (thens.has(path[index + 1]!)) note('event that was waited for');
      if (otherwises.has(path[index + 1]!)) note('time-out of what was waited for');
    }
  }
  for (const { status, at } of trace.deliveries as readonly JsonObject[]) {
    if (status === 'sent') note('message sent');
    if (status === 'sent' && /T08:00:00.000Z$/.test(String(at))) note('deferral to the end of quiet hours');
  }
  for (const { mergedIds } of trace.people)
    if ((mergedIds as readonly string[]).length > 0) note('merge of two people in flight');
}

/** Of each step its kind, and whether it is the first on a way out of a `waitFor`. */
function placesOf({ steps }: Journey) {
  const places = stepsIn(steps, ['steps']);
  const first = (name: 'then' | 'otherwise'): ReadonlySet<string> =>
    new Set(
      places.flatMap(({ kind, step }) =>
        kind.key === 'waitFor'
          ? (((step as { readonly [key: string]: never })[name]?.[0] as { id: string } | undefined)?.id ?? [])
          : [],
      ),
    );
  return {
    kinds: new Map(places.map(({ kind, step }) => [String(step.id), kind.key])),
    thens: first('then'),
    otherwises: first('otherwise'),
  };
}
