import { canonicalJson, type Json } from '../json.ts';
import type { Occurrence } from '../event/event.ts';
import type { ComputedTrait } from '../trait/computed-trait.ts';
import {
  explainCondition,
  mostShown,
  occurrencesOf,
  type ExplainedCondition,
  type Explaining,
} from './explain-condition.ts';
import type { View } from './compile-condition.ts';
import { conditionsOfTrait } from './trait-conditions.ts';

/** A computed trait as it stands for one person at one instant, with what it is made of. */
export interface ExplainedTrait {
  readonly traitId: string;
  readonly name: string;
  /** `undefined` where there is nothing to tell. */
  readonly value?: Json;
  /** When time alone makes it another, if nothing else happens. */
  readonly changesMs?: number;
  /** The events that it goes by, the latest first, and how many there are of them. */
  readonly events?: readonly Occurrence[];
  readonly eventCount?: number;
  /** Of one that is made of conditions: each of them. */
  readonly conditions?: readonly ExplainedCondition[];
  /** The traits that it is made of. */
  readonly parts?: readonly ExplainedTrait[];
}

/** Instants that are looked at ahead. */
const mostAhead = 200;

/** Why a computed trait says what it says of a person; `undefined` for one that nobody computes. */
export function explainTrait(traitId: string, explaining: Explaining): ExplainedTrait | undefined {
  const { definitions, view } = explaining;
  const trait = definitions.computed.get(traitId);
  if (!trait) return undefined;
  const value = trait.valueOf(view);
  const changesMs = nextOther(trait, view);
  const conditions = conditionsOfTrait(traitId, definitions, view, (one) => explainCondition(one, explaining));
  const events = conditions.length > 0 ? [] : occurrencesOf(trait.sources, explaining);
  const parts = conditions.length > 0 ? [] : [...trait.parts].flatMap((part) => explainTrait(part, explaining) ?? []);
  return {
    traitId,
    name: definitions.traits.get(traitId)?.name ?? 'The stage of the life cycle',
    ...(value !== undefined && { value }),
    ...(changesMs < Infinity && { changesMs }),
    ...(events.length > 0 && { events: events.toReversed().slice(0, mostShown), eventCount: events.length }),
    ...(conditions.length > 0 && { conditions }),
    ...(parts.length > 0 && { parts }),
  };
}

/** When the value is first another than now; `Infinity` where no instant that is looked at makes it so. */
function nextOther(trait: ComputedTrait, view: View): number {
  const valueAt = (at: View): string => canonicalJson(trait.valueOf(at) ?? null);
  const now = valueAt(view);
  let at = view;
  for (let count = 0; count < mostAhead; count++) {
    const nowMs = trait.nextChangeMs(at);
    if (nowMs === Infinity) return Infinity;
    at = { ...at, nowMs };
    if (valueAt(at) !== now) return nowMs;
  }
  return Infinity;
}
