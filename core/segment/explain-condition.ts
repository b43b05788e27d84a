import type { Definitions } from '../definitions.ts';
import type { Occurrence } from '../event/event.ts';
import { valuesAt } from '../event/event.ts';
import { conditionWords } from '../journey/condition-words.ts';
import type { Words } from '../journey/words.ts';
import type { Json } from '../json.ts';
import { traitValue, type ComputedTrait } from '../trait/computed-trait.ts';
import { compileShared, type Compiled, type View } from './compile-condition.ts';
import type { Condition } from './condition.ts';
import { namesOf } from './leaf.ts';
import { compileWhere } from './operators.ts';
import { steadyEnd } from './steady.ts';
import { conditionsOfTrait } from './trait-conditions.ts';

/** One condition, as it stands for one person at one instant, with all that it is made of. */
export interface ExplainedCondition {
  /** In words. */
  readonly says: string;
  readonly holds: boolean;
  /** When time alone makes it another, if nothing else happens. */
  readonly changesMs?: number;
  /** Of a trait: what it is. */
  readonly value?: Json;
  /** The events that it goes by, the latest first. */
  readonly events?: readonly Occurrence[];
  /** How many there are of them. */
  readonly eventCount?: number;
  /** Conditions inside, and the condition of the segment that is asked for. */
  readonly parts?: readonly ExplainedCondition[];
}

/** What explaining reads. */
export interface Explaining {
  readonly definitions: Definitions;
  readonly view: View;
  /** Everything that happened to the person, oldest first. */
  readonly history: readonly Occurrence[];
  readonly words: Words;
}

/** Events that are shown of each condition. */
export const mostShown = 5;
/** Instants that are looked at ahead. */
const mostAhead = 200;

/** Why a condition holds of a person, or does not. */
export function explainCondition(condition: Condition, explaining: Explaining): ExplainedCondition {
  const { view, definitions, words } = explaining;
  const changesMs = nextOther(compileShared(inlined(condition, definitions)), view);
  const parts = partsOf(condition, explaining);
  const value = 'trait' in condition ? readTrait(condition.trait, view) : undefined;
  const events =
    'all' in condition || 'any' in condition || 'not' in condition ? undefined : eventsOf(condition, explaining);
  return {
    says: saying(condition, words),
    holds: compileShared(condition).isTrue(view),
    ...(changesMs < Infinity && { changesMs }),
    ...(value !== undefined && { value }),
    ...(events && { events: events.toReversed().slice(0, mostShown), eventCount: events.length }),
    ...(parts.length > 0 && { parts }),
  };
}

/** Those that are made of others leave the saying to their parts. */
function saying(condition: Condition, words: Words): string {
  if ('all' in condition && condition.all.length > 1) return 'all of these';
  if ('any' in condition && condition.any.length > 1) return 'any of these';
  return 'not' in condition ? 'not' : conditionWords(condition, words);
}

function partsOf(condition: Condition, explaining: Explaining): readonly ExplainedCondition[] {
  const explain = (one: Condition): ExplainedCondition => explainCondition(one, explaining);
  if ('all' in condition) return condition.all.map(explain);
  if ('any' in condition) return condition.any.map(explain);
  if ('not' in condition) return [explain(condition.not)];
  if ('trait' in condition) {
    const { definitions, view } = explaining;
    return conditionsOfTrait(rootOf(condition.trait), definitions, view, explain);
  }
  if (!('segment' in condition)) return [];
  const segment = explaining.definitions.segments.find(({ id }) => id === condition.segment);
  return segment ? [explain(segment.when)] : [];
}

/** A condition with those of the segments that it asks for in their place, so that it can be asked of another time. */
function inlined(condition: Condition, definitions: Definitions): Condition {
  const inner = (one: Condition): Condition => inlined(one, definitions);
  if ('all' in condition) return { all: condition.all.map(inner) };
  if ('any' in condition) return { any: condition.any.map(inner) };
  if ('not' in condition) return { not: inner(condition.not) };
  if (!('segment' in condition)) return condition;
  const segment = definitions.segments.find(({ id }) => id === condition.segment);
  return segment ? inner(segment.when) : condition;
}

/** When a condition is first another than now; `Infinity` where no instant that is looked at makes it so. */
function nextOther(condition: Compiled, view: View): number {
  const holds = condition.isTrue(view);
  let at = view;
  for (let count = 0; count < mostAhead; count++) {
    const nowMs = condition.nextChangeMs(at);
    if (nowMs === Infinity) return Infinity;
    at = { ...at, nowMs };
    if (condition.isTrue(at) !== holds) return nowMs;
  }
  return Infinity;
}

function readTrait(path: string, view: View): Json | undefined {
  const [name = '', ...rest] = path.split('.');
  const values = valuesAt(traitValue(view, name), rest);
  return values.length > 1 ? values : values[0];
}

/** The events that a condition goes by, oldest first; `undefined` where it goes by none. */
function eventsOf(condition: Condition, explaining: Explaining): readonly Occurrence[] | undefined {
  const { view, history } = explaining;
  const { zone } = view;
  if ('sequence' in condition) {
    const parts = condition.sequence.map(({ did, where }) => ({ names: namesOf(did), matches: compileWhere(where) }));
    const not = condition.thenNot === undefined ? new Set<string>() : namesOf(condition.thenNot);
    return history.filter(
      (event) =>
        not.has(event.name) ||
        parts.some(
          ({ names, matches }) => names.has(event.name) && matches(event.properties, { nowMs: event.occurredMs, zone }),
        ),
    );
  }
  const within = 'within' in condition ? condition.within : undefined;
  const sources =
    'trait' in condition
      ? (view.computed.get(rootOf(condition.trait))?.sources ?? [])
      : compileShared(condition).leaves.map((leaf) => ({ leaf, within }));
  return sources.length === 0 ? undefined : occurrencesOf(sources, explaining);
}

/** The events that leaves go by, each in its window, oldest first. */
export const occurrencesOf = (
  sources: ComputedTrait['sources'],
  { view: { nowMs, zone }, history }: Explaining,
): readonly Occurrence[] =>
  history.filter((event) =>
    sources.some(
      ({ leaf, within }) =>
        leaf.names.has(event.name) &&
        leaf.step(undefined, event, zone) !== undefined &&
        (within === undefined || steadyEnd(event.occurredMs, within, zone, 1) > nowMs),
    ),
  );

const rootOf = (path: string): string => path.split('.', 1)[0] ?? '';
