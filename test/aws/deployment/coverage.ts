import type { Journey, WaitForStep } from '../../../core/journey/document.ts';
import { stepKinds } from '../../../core/journey/steps/registry.ts';
import { stepsIn } from '../../../core/journey/walk.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { Race, Step } from './random-lives.ts';
import type { Trace } from './trace.ts';

/** All that must have been seen before a comparison of random lives says anything, and how often it was. */
export type Coverage = { [what: string]: number };

/** Kinds of steps, but for calls: another system would have to stand behind both homes. */
const kindsToday = [...stepKinds.byKey.values()].filter(({ key }) => key !== 'call');
const endings = ['completed', 'exited exit-event', 'exited exit-condition', 'exited converted', 'exited restart'];
const moreEndings = ['exited merged', 'exited exited-before-entry', 'held-out'];
const situations = [
  'exit inside a hold',
  'deferral to the end of quiet hours',
  'event that was waited for',
  'condition that was waited for',
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
  const races = (when: Race): ReadonlySet<string> =>
    new Set(steps.filter(({ race }) => race === when).map(({ atMs }) => new Date(atMs).toISOString()));
  const [before, after] = [races('before'), races('after')];
  const byId = new Map(journeys.map((journey) => [journey.id, journey]));
  for (const enrollment of trace.enrollments) {
    const { status, reason, exitedAt, goalReachedAt } = enrollment;
    const { kinds, outcomes } = placesOf(byId.get(String(enrollment['journeyId']))!);
    const path = enrollment['path'] as readonly string[];
    // What a step unfolds into is named by it: `chase.1` is one of "chase".
    for (const id of path) note(`step ${kinds.get(id.split('.')[0]!)}`);
    note([status, reason].filter(Boolean).join(' '));
    if (goalReachedAt !== undefined) note('goal reached');
    if (reason === 'exit-event' && /^wait/.test(kinds.get(path.at(-1)!) ?? '')) note('exit inside a hold');
    if (reason === 'converted' && before.has(String(exitedAt))) note('conversion at the instant of a touch, before it');
    // Whoever had waited at the first step is past it.
    if (after.has(String(exitedAt)) && path.length > 1) note('conversion at the instant of a touch, after it');
    for (const [index, id] of path.entries()) {
      if (kinds.get(id) !== 'waitFor') continue;
      const outcome = outcomes.get(path[index + 1]);
      if (outcome !== undefined) note(outcome);
    }
  }
  for (const { status, at } of trace.deliveries as readonly JsonObject[]) {
    if (status === 'sent') note('message sent');
    if (status === 'sent' && /T08:00:00.000Z$/.test(String(at))) note('deferral to the end of quiet hours');
  }
  for (const { mergedIds } of trace.people)
    if ((mergedIds as readonly string[]).length > 0) note('merge of two people in flight');
}

/** Of each step its kind, and of each that is the first on a way out of a `waitFor`, by what one comes to it. */
function placesOf({ steps }: Journey) {
  const places = stepsIn(steps, ['steps']);
  const outcomes = places.flatMap(({ step }): readonly (readonly [string | undefined, string])[] => {
    if (!('waitFor' in step)) return [];
    const { waitFor: awaited, then, otherwise } = step as WaitForStep;
    return [
      [then?.[0]?.id, 'when' in awaited ? 'condition that was waited for' : 'event that was waited for'],
      [otherwise?.[0]?.id, 'time-out of what was waited for'],
    ];
  });
  return { kinds: new Map(places.map(({ kind, step }) => [step.id, kind.key])), outcomes: new Map(outcomes) };
}
