import type { Draft } from '../../draft.ts';
import { canonicalJson } from '../../json.ts';
import type { Condition } from '../../segment/condition.ts';
import type { EventMatch, Exit } from '../document.ts';
import type { Check, JourneyFile } from './check.ts';
import { isContradiction } from './contradiction.ts';
import { namesIn } from './event-uses.ts';

type Listened = Draft<EventMatch>;
const eventOf = (exit: Draft<Exit> | undefined): Listened | undefined => (exit && 'on' in exit ? exit.on : undefined);

/** Whether every event that `narrow` listens to is one of those that `wide` does. */
function covers(wide: Listened, narrow: Listened): boolean {
  const names = new Set(namesIn(wide.event, []).map(({ name }) => name));
  const isNamed = namesIn(narrow.event, []).every(({ name }) => names.has(name));
  const isKeyed = wide.key === undefined || wide.key === narrow.key;
  const isTested = wide.where === undefined || canonicalJson(wide.where) === canonicalJson(narrow.where ?? {});
  return isNamed && isKeyed && isTested;
}

/** Whether a condition asks for nothing that could change after the entry: what began the journey, or chance. */
function isFixed(condition: Draft<Condition> | undefined): boolean {
  if (!condition) return false;
  if ('all' in condition)
    return condition.all !== undefined && condition.all.length > 0 && condition.all.every(isFixed);
  if ('any' in condition)
    return condition.any !== undefined && condition.any.length > 0 && condition.any.every(isFixed);
  if ('not' in condition) return isFixed(condition.not);
  if ('value' in condition) return condition.value?.startsWith('event.') === true;
  return 'random' in condition;
}

/** Why an exit never ends anybody's passage, as the end of a sentence; undefined where it may. */
function reasonOf({ draft }: JourneyFile, index: number): string | undefined {
  const exits = draft.exit ?? [];
  const exit = exits[index];
  if (exit && 'when' in exit && isFixed(exit.when)) {
    return 'it asks for what is settled at the entry, and who meets it then does not enter';
  }
  const listened = eventOf(exit);
  if (!listened) return undefined;
  const refused = Object.entries(listened.where ?? {}).find(([, test]) => isContradiction(test));
  if (refused) return `no event can pass its tests on "${refused[0]}"`;
  const wider = exits.findIndex((other, at) => {
    const one = eventOf(other);
    return at !== index && one !== undefined && covers(one, listened) && (at < index || !covers(listened, one));
  });
  return wider === -1 ? undefined : `exit ${wider + 1} of the journey listens to the same events already`;
}

/** Every exit can end somebody's passage. */
export const exitNeverFires: Check = {
  code: 'exit-never-fires',
  severity: 'warning',
  check: ({ journeys }) =>
    journeys.flatMap((journey) =>
      (journey.draft.exit ?? []).flatMap((_, index) => {
        const reason = reasonOf(journey, index);
        const message = `Nobody leaves by this exit: ${reason}.`;
        return reason === undefined ? [] : [{ file: journey.file, path: ['exit', index], message }];
      }),
    ),
};
