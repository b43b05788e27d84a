import { capital } from '../core/journey/checks/check.ts';
import type { StayReason } from '../core/journey/versions/fit.ts';
import type { JourneyPlan, MovePlan, PublicationPlan } from '../core/journey/versions/plan-change.ts';
import type { Held } from '../core/journey/versions/publication.ts';
import { counted } from './words.ts';

/** What documents would change, for somebody who decides whether they should. */
export function planLines({ journeys, others }: PublicationPlan, held: Held = {}): readonly string[] {
  const blocks = journeys.flatMap((plan) => {
    const lines = journeyLines(plan, held);
    return lines.length === 0 ? [] : [[...lines, '']];
  });
  const unchanged = journeys.filter(({ status }) => status === 'unchanged').length;
  const closed = Object.keys(held).filter((id) => !journeys.some(({ journeyId }) => journeyId === id));
  return [
    ...blocks.flat(),
    ...closed.flatMap((journeyId) => [`${journeyId}: nobody comes in`, indented(heldLine(journeyId, true)), '']),
    ...(others.length > 0 ? ['Beside the journeys, for everybody at once', ...others.map(indented), ''] : []),
    journeys.length === unchanged && others.length === 0
      ? 'Nothing has changed.'
      : `${capital(counted(journeys.length - unchanged, 'journey changes', 'journeys change'))}${unchanged === 0 ? '' : `, ${unchanged} stay as they are`}.`,
  ];
}

const indented = (line: string): string => `  ${line}`;
const people = (count: number): string => counted(count, 'person', 'people');
/** What so many people do: `1 person finishes`. */
const does = (count: number, one: string, many: string): string => counted(count, `person ${one}`, `people ${many}`);
const total = (inside: readonly MovePlan[]): number => inside.reduce((sum, one) => sum + one.people, 0);

function journeyLines(plan: JourneyPlan, held: Held): readonly string[] {
  const { journeyId, name, status, to, inside, changes } = plan;
  const keeping = held[journeyId];
  const isKept = keeping !== undefined && status !== 'changed' && status !== 'new';
  const left = inside.filter(({ number }) => number !== to);
  if (status === 'unchanged' && left.length === 0 && !isKept) return [];
  return [
    `${name} (${journeyId}): ${headline(plan)}`,
    ...changes.map(indented),
    ...(isKept ? [indented(heldLine(journeyId, keeping.as === undefined))] : []),
    ...insideLines(plan),
    ...(status === 'unchanged' || inside.length === 0 ? [] : fateLines(plan)),
  ];
}

const heldLine = (journeyId: string, isClosed: boolean): string =>
  `${isClosed ? 'It was closed' : 'It was rolled back'}, and stays so until its document changes or is named: sojourn publish ${journeyId}`;

function headline({ status, from, to, isKnown }: JourneyPlan): string {
  switch (status) {
    case 'new':
      if (to === 1) return 'is new, as version 1';
      return `opens again, with version ${to}${isKnown ? ', which was published before' : ''}`;
    case 'changed':
      return `version ${from} becomes version ${to}${isKnown ? ', which was published before' : ''}`;
    case 'removed':
      return `nobody comes in any more (it was version ${from})`;
    case 'unchanged':
      return `stays version ${to}`;
    default:
      return status satisfies never;
  }
}

/** Where people stand, the fullest step first. */
function insideLines({ inside }: JourneyPlan): readonly string[] {
  if (inside.length === 0) return ['  Nobody is inside.'];
  const rows = inside.toSorted((a, b) => b.people - a.people || a.number - b.number);
  return [
    `  Inside: ${people(total(inside))}`,
    ...rows.map((one) => `    ${String(one.people).padStart(6)} at "${one.stepId}", version ${one.number}`),
  ];
}

function fateLines({ journeyId, inside, status, to }: JourneyPlan): readonly string[] {
  if (status === 'removed') return ['  They finish on their version.'];
  const moving = inside.filter((one) => one.number !== to);
  if (moving.length === 0) return [];
  const finish = does(total(moving), 'finishes', 'finish');
  return [
    `  pin (default)  ${finish} on the version they are in; who comes from now on gets version ${to}`,
    ...migrateLines(moving, to).map((line, index) => `  ${index === 0 ? 'migrate' : '       '}        ${line}`),
    `  drain          ${finish}; nobody comes in until you say: sojourn publish ${journeyId}`,
  ];
}

const why: Readonly<Record<StayReason, string>> = {
  'step-removed': 'which is gone',
  'step-replaced': 'which is another step now',
  'would-repeat': 'who would come again to a step that they have had',
  'under-way': 'who are on their way to the next wait',
};

function migrateLines(moving: readonly MovePlan[], to: number | undefined): readonly string[] {
  const going = moving.filter(({ stays }) => stays === undefined);
  const staying = moving.flatMap(({ stays, ...one }) => (stays ? [{ ...one, stays }] : []));
  const kept = staying.map((one) => `${one.people} at "${one.stepId}", ${why[one.stays]}`);
  return [
    ...(going.length > 0
      ? [
          `${does(total(going), 'goes', 'go')} on at the same step of version ${to}, unless they would come again to a step that they have had`,
        ]
      : []),
    ...(kept.length > 0 ? [`${does(total(staying), 'stays', 'stay')}: ${kept.join('; ')}`] : []),
  ];
}

/** What became of those inside earlier versions. */
export function migratedLines(
  journeyId: string,
  moved: number,
  stayed: readonly { readonly stepId: string; readonly reason: StayReason }[],
): readonly string[] {
  const groups = Map.groupBy(stayed, ({ stepId, reason }) => `at "${stepId}", ${why[reason]}`);
  return [
    `${journeyId}: ${people(moved)} moved to the current version.`,
    ...[...groups].map(([place, all]) => `  ${people(all.length)} stayed: ${place}`),
  ];
}

/** What a publication has done, once it is done. */
export function publishedLines({ journeys, others }: PublicationPlan, held: Held = {}): readonly string[] {
  const changed = journeys.filter(({ status }) => status !== 'unchanged');
  if (changed.length === 0 && others.length === 0) return ['Nothing had changed.'];
  return [
    ...changed.map((plan) => {
      const { journeyId, from, to, inside } = plan;
      const stay = inside.filter(({ number }) => number !== to);
      const finish = stay.length === 0 ? '' : `; ${does(total(stay), 'inside finishes', 'inside finish')} on theirs`;
      if (to !== undefined)
        return `${journeyId}: version ${to} is current${from === undefined ? '' : `, after ${from}`}${finish}.`;
      const closed = held[journeyId] ? `It opens again by: sojourn publish ${journeyId}` : '';
      return `${journeyId}: nobody comes in any more${finish}. ${closed}`.trimEnd();
    }),
    ...others,
  ];
}
