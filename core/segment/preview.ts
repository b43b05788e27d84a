import type { Definitions, Rule } from '../definitions.ts';
import type { Occurrence } from '../event/event.ts';
import type { Profile } from '../profile/profile.ts';
import { saidOfRank } from '../trait/ranks.ts';
import { seedStates } from './compile-condition.ts';
import type { Leaf } from './leaf.ts';
import { settleMemberships } from './settle.ts';

/** A segment as documents say it that are not published: what it rests on, and what must be read to ask it. */
export interface Preview {
  readonly id: string;
  readonly definitions: Definitions;
  /** The segments that it asks, and itself last. */
  readonly rules: readonly Rule[];
  readonly leaves: readonly Leaf[];
  /** Names of the events that it counts. */
  readonly names: readonly string[];
}

/** @returns `undefined` where the documents have no such segment */
export function previewOf(definitions: Definitions, id: string): Preview | undefined {
  const wanted = new Set([id]);
  // Rules come after those that they ask.
  const rules = definitions.rules.toReversed().filter((rule) => {
    if (rule.kind !== 'segment' || !wanted.has(rule.id)) return false;
    for (const asked of rule.condition.segments) wanted.add(asked);
    return true;
  });
  if (!rules.some((rule) => rule.id === id)) return undefined;
  const keys = new Set(rules.flatMap(({ condition }) => condition.leaves.map(({ key }) => key)));
  const leaves = [...keys].flatMap((key) => definitions.leaves.get(key) ?? []);
  const names = [...new Set(leaves.flatMap((leaf) => [...leaf.names]))];
  return { id, definitions, rules: rules.reverse(), leaves, names };
}

/** Ranks that a segment rests on and of which no table is made yet, or only one of other words: nobody has them in a preview. */
export function ranksToCome({ definitions, rules }: Preview): readonly string[] {
  const { traits, computed, coverage } = definitions;
  const seen = new Set<string>();
  const visit = (id: string): void => {
    if (seen.has(id)) return;
    seen.add(id);
    computed.get(id)?.parts.forEach(visit);
  };
  for (const { condition } of rules) condition.traits.forEach(visit);
  return [...seen].filter((id) => {
    const document = traits.get(id);
    return document && 'rank' in document && coverage.ranks?.[id]?.of !== saidOfRank(document, definitions);
  });
}

/**
 * Whether somebody would be in the segment now, by all that is kept of what they did.
 * @param history events of the preview's names, oldest first
 */
export function wouldBeMember(
  profile: Profile,
  history: readonly Occurrence[],
  { id, definitions, rules, leaves }: Preview,
  nowMs: number,
): boolean {
  const conditions = seedStates(leaves, history, definitions.workspace.timeZone);
  const bare = { ...profile, conditions, segments: {}, audiences: {} };
  return Object.hasOwn(settleMemberships(bare, rules, definitions, nowMs).profile.segments, id);
}
