import { conditionsIn, type ConditionPlace } from '../../segment/parse-condition.ts';
import type { Draft } from '../../draft.ts';
import type { Exit } from '../document.ts';
import type { Check, CheckInput, JourneyFile } from './check.ts';
import { namesIn } from './event-uses.ts';

/** The events that conditions ask for, those of segments that they name included. */
function askedNames(
  places: readonly ConditionPlace[],
  input: CheckInput,
  seen: ReadonlySet<string>,
): readonly string[] {
  return places.flatMap(({ kind, condition }) => {
    const own = (kind.events?.(condition) ?? []).flatMap(({ names }) => namesIn(names, []).map(({ name }) => name));
    const id = kind.segment?.(condition);
    const segment = id === undefined || seen.has(id) ? undefined : input.segments.find(({ draft }) => draft.id === id);
    return segment && id !== undefined
      ? [...own, ...askedNames(segment.conditions, input, new Set([...seen, id]))]
      : own;
  });
}

/** The events that an exit looks at; undefined where it could not be read. */
function namesOf(exit: Draft<Exit> | undefined, input: CheckInput): readonly string[] | undefined {
  if (exit && 'on' in exit)
    return exit.on?.event === undefined ? undefined : namesIn(exit.on.event, []).map(({ name }) => name);
  return exit && 'when' in exit && exit.when ? askedNames(conditionsIn(exit.when, []), input, new Set()) : undefined;
}

/** Whether an exit only stops writing to somebody who does not want it. */
const isRefusal = (exit: Draft<Exit> | undefined, names: readonly string[]): boolean => {
  if (names.length > 0) return names.every((name) => /unsubscribed|stopped|complained|spam|bounced/i.test(name));
  return conditionsIn(exit && 'when' in exit ? exit.when : undefined, []).some(({ kind }) => kind.key === 'consent');
};

function swallowing({ draft }: JourneyFile, input: CheckInput): number | undefined {
  const goals = new Set(namesIn(draft.goal?.on?.event, []).map(({ name }) => name));
  const exits = draft.exit ?? [];
  const names = exits.map((exit) => namesOf(exit, input));
  if (goals.size === 0 || names.includes(undefined)) return undefined;
  const conversion = (input.workspace?.draft.conversion ?? []).flatMap((one) => namesIn(one?.event, []));
  const isEndedByConversion = draft.kind === 'acquisition' && conversion.some(({ name }) => goals.has(name));
  if (isEndedByConversion || names.some((one) => one?.some((name) => goals.has(name)))) return undefined;
  const first = names.findIndex((one, index) => !isRefusal(exits[index], one ?? []));
  return first === -1 ? undefined : first;
}

/**
 * Who reaches the goal leaves by it. Where every exit is on something else, people leave before the journey could bring
 * them to its goal, and those whom it brought there are written to further.
 */
export const goalSwallowed: Check = {
  code: 'goal-swallowed',
  severity: 'warning',
  check: (input) =>
    input.journeys.flatMap((journey) => {
      const index = swallowing(journey, input);
      if (index === undefined) return [];
      const [goal] = namesIn(journey.draft.goal?.on?.event, []);
      const message = `This ends the journey before its goal "${goal?.name}" is reached, and no exit is on the goal itself. Add { "on": { "event": "${goal?.name}" } }, or make this the goal.`;
      return [{ file: journey.file, path: ['exit', index], message }];
    }),
};
