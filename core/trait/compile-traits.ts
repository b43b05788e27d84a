import type { Stage } from '../journey/document.ts';
import type { Compiled } from '../segment/compile-condition.ts';
import { ownStates, type ComputedTrait, type ComputedTraits } from './computed-trait.ts';
import { readingOf } from './compute-trait.ts';
import type { RankTable, RankTables } from './rank-table.ts';
import type { TraitDocument } from './trait-document.ts';

/** A life-cycle stage, and when a person is in it. */
export interface StageRule {
  readonly stage: Stage;
  readonly condition: Compiled;
}

/**
 * Compiles checked documents of traits, and the life-cycle stage where the workspace says what it is.
 * @param tables of ranks, the latest of each
 * @throws RangeError for traits that are made of themselves, which `check` refuses
 */
export function compileTraits(
  documents: readonly TraitDocument[],
  stages: readonly StageRule[],
  tables: RankTables = {},
): ComputedTraits {
  const byId = new Map(documents.map((document) => [document.id, document]));
  const computed = new Map<string, ComputedTrait>();
  const under = new Set<string>();
  const visit = (id: string): void => {
    const document = byId.get(id);
    const isStage = id === stageId && stages.length > 0;
    if (computed.has(id) || (!document && !isStage)) return;
    if (under.has(id)) throw new RangeError(`The trait ${id} is made of itself.`);
    under.add(id);
    if (isStage) {
      stages.forEach(({ condition }) => condition.traits.forEach(visit));
      computed.set(id, stageTrait(stages, computed));
    } else if (document) computed.set(id, traitOf(document, computed, { visit, table: tables[id] }));
  };
  documents.forEach(({ id }) => {
    visit(id);
  });
  visit(stageId);
  return computed;
}

const stageId = 'stage';

interface Beside {
  /** Compiles a trait that this one is made of, if it is computed. */
  readonly visit: (id: string) => void;
  /** The latest table of a rank. */
  readonly table: RankTable | undefined;
}
function traitOf(
  document: TraitDocument,
  computed: ReadonlyMap<string, ComputedTrait>,
  { visit, table }: Beside,
): ComputedTrait {
  const { within, conditions = [], ...read } = readingOf(document, table);
  const asked = conditions.flatMap(({ traits }) => [...traits]);
  const parts = new Set([...partsOf(document).map(rootOf), ...asked]);
  parts.forEach(visit);
  const rests = [...parts].flatMap((part) => computed.get(part) ?? []);
  const leaves = [...read.leaves, ...rests.flatMap((one) => one.leaves)];
  return {
    id: document.id,
    ...read,
    leaves,
    parts,
    sources: [...read.leaves.map((leaf) => ({ leaf, within })), ...rests.flatMap((one) => one.sources)],
    names: namesOf(leaves),
    segments: new Set([
      ...conditions.flatMap(({ segments }) => [...segments]),
      ...rests.flatMap(({ segments }) => [...segments]),
    ]),
  };
}

const rootOf = (path: string): string => path.split('.', 1)[0] ?? '';
const namesOf = (leaves: ComputedTrait['leaves']): ReadonlySet<string> =>
  new Set(leaves.flatMap((leaf) => [...leaf.names]));

/** Traits that a trait is made of; those that its conditions ask for are not among them. */
function partsOf(document: TraitDocument): readonly string[] {
  if ('ratio' in document) return [document.ratio.of, document.ratio.to];
  if ('rank' in document) return [document.rank];
  return 'level' in document ? [document.level] : [];
}

/** The latest stage whose condition holds, else acquaintance. */
function stageTrait(stages: readonly StageRule[], computed: ComputedTraits): ComputedTrait {
  const rules = stages.map(({ stage, condition }) => ({ stage, condition: withTraits(condition, computed) }));
  const conditions = rules.map(({ condition }) => condition);
  const leaves = conditions.flatMap((condition) => condition.leaves);
  return {
    id: stageId,
    leaves,
    parts: new Set(conditions.flatMap(({ traits }) => [...traits])),
    sources: leaves.map((leaf) => ({ leaf })),
    names: new Set(conditions.flatMap((condition) => [...condition.names])),
    segments: new Set(conditions.flatMap((condition) => [...condition.segments])),
    valueOf: (view) => rules.findLast(({ condition }) => condition.isTrue(ownStates(view)))?.stage ?? 'acquaintance',
    nextChangeMs: (view) =>
      Math.min(Infinity, ...conditions.map((condition) => condition.nextChangeMs(ownStates(view)))),
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
