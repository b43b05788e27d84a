import type { Stage } from '../journey/document.ts';
import type { Compiled } from '../segment/compile-condition.ts';
import type { ComputedTrait, ComputedTraits, TraitView } from './computed-trait.ts';
import { readingOf } from './compute-trait.ts';
import type { TraitDocument } from './trait-document.ts';

/** A life-cycle stage, and when a person is in it. */
export interface StageRule {
  readonly stage: Stage;
  readonly condition: Compiled;
}

/**
 * Compiles checked documents of traits, and the life-cycle stage where the workspace says what it is.
 * @throws RangeError for traits that are made of themselves, which `check` refuses
 */
export function compileTraits(documents: readonly TraitDocument[], stages: readonly StageRule[]): ComputedTraits {
  const byId = new Map(documents.map((document) => [document.id, document]));
  const computed = new Map<string, ComputedTrait>();
  const under = new Set<string>();
  const visit = (document: TraitDocument): void => {
    const { id } = document;
    if (computed.has(id)) return;
    if (under.has(id)) throw new RangeError(`The trait ${id} is made of itself.`);
    under.add(id);
    const parts = partsOf(document).map((part) => part.split('.', 1)[0] ?? '');
    for (const part of parts) {
      const other = byId.get(part);
      if (other) visit(other);
    }
    const reading = readingOf(document);
    const rests = parts.flatMap((part) => computed.get(part) ?? []);
    const leaves = [...reading.leaves, ...rests.flatMap((one) => one.leaves)];
    const { within, ...read } = reading;
    const sources = [...reading.leaves.map((leaf) => ({ leaf, within })), ...rests.flatMap((one) => one.sources)];
    computed.set(id, { id, ...read, leaves, sources, names: namesOf(leaves), segments: new Set() });
  };
  documents.forEach(visit);
  if (stages.length > 0) computed.set('stage', stageTrait(stages, computed));
  return computed;
}

const namesOf = (leaves: ComputedTrait['leaves']): ReadonlySet<string> =>
  new Set(leaves.flatMap((leaf) => [...leaf.names]));

/** Traits that a trait is made of. */
export function partsOf(document: TraitDocument): readonly string[] {
  if ('ratio' in document) return [document.ratio.of, document.ratio.to];
  return 'level' in document ? [document.level] : [];
}

/** The latest stage whose condition holds, else acquaintance. */
function stageTrait(stages: readonly StageRule[], computed: ComputedTraits): ComputedTrait {
  const rules = stages.map(({ stage, condition }) => ({ stage, condition: withTraits(condition, computed) }));
  const conditions = rules.map(({ condition }) => condition);
  const leaves = conditions.flatMap((condition) => condition.leaves);
  // Its states are the profile's own, whoever asks.
  const own = (view: TraitView): Parameters<Compiled['isTrue']>[0] => ({ ...view, states: view.profile.conditions });
  return {
    id: 'stage',
    leaves,
    sources: leaves.map((leaf) => ({ leaf })),
    names: new Set(conditions.flatMap((condition) => [...condition.names])),
    segments: new Set(conditions.flatMap((condition) => [...condition.segments])),
    valueOf: (view) => rules.findLast(({ condition }) => condition.isTrue(own(view)))?.stage ?? 'acquaintance',
    nextChangeMs: (view) => Math.min(Infinity, ...conditions.map((condition) => condition.nextChangeMs(own(view)))),
  };
}

/** A rule about a profile with all that the traits rest on which it asks for: it changes with whatever changes those. */
export function withTraits(condition: Compiled, computed: ComputedTraits): Compiled {
  const traits = [...condition.traits].flatMap((name) => computed.get(name) ?? []);
  if (traits.length === 0) return condition;
  return {
    ...condition,
    leaves: [...condition.leaves, ...traits.flatMap((trait) => trait.leaves)],
    names: new Set([...condition.names, ...traits.flatMap((trait) => [...trait.names])]),
    segments: new Set([...condition.segments, ...traits.flatMap((trait) => [...trait.segments])]),
  };
}
