import type { Definitions, Rule } from '../definitions.ts';
import type { RankTables } from '../trait/rank-table.ts';
import { covered, nameOf, type Coverage, type Covered } from './coverage.ts';

/** How the tables of ranks change what is asked of people. */
type Change = 'first' | 'again';

/**
 * What people are to be filled with once tables of ranks are made. Rules that ask for a rank are asked again of everybody, and
 * whoever comes or goes is told of as ever. The first table of a trait that has people in it is like its
 * publication: what it finds is no news.
 */
export function coverageRanked(definitions: Definitions, tables: RankTables, nowMs: number): Coverage {
  const { coverage } = definitions;
  const number = coverage.number + 1;
  const changes = changesOf(definitions, tables);
  const rules: { [name: string]: Covered } = { ...coverage.rules };
  for (const rule of definitions.rules) {
    const name = nameOf(rule);
    const [was, change] = [rules[name], changes.get(name)];
    if (was && change === 'first') rules[name] = covered(undefined, was.of, { number, atMs: nowMs });
    else if (was && change) rules[name] = { ...was, asked: number };
  }
  const isPublished = [...changes.values()].includes('first');
  const { published: before = coverage.number, ...rest } = coverage;
  return {
    ...rest,
    number,
    ...(!isPublished && { published: before }),
    rules,
    ranks: tables,
    ranked: number,
  };
}

/** Rules that ask for a rank, through other traits and segments too, with what becomes of them. */
function changesOf({ rules, computed, coverage }: Definitions, tables: RankTables): ReadonlyMap<string, Change> {
  const isFirst = (traitId: string): boolean => {
    const before = coverage.ranks?.[traitId];
    return before === undefined || before.people === 0 || before.of !== tables[traitId]?.of;
  };
  const ranksUnder = (traitId: string): readonly string[] => [
    ...(Object.hasOwn(tables, traitId) ? [traitId] : []),
    ...[...(computed.get(traitId)?.parts ?? [])].flatMap(ranksUnder),
  ];
  const changes = new Map<string, Change>();
  const ofRule = ({ condition }: Rule): readonly Change[] => [
    ...[...condition.traits].flatMap(ranksUnder).map((id): Change => (isFirst(id) ? 'first' : 'again')),
    ...[...condition.segments].flatMap((id) => changes.get(nameOf({ kind: 'segment', id })) ?? []),
  ];
  // Segments come after those that they ask for.
  for (const rule of rules) {
    const all = ofRule(rule);
    if (all.length > 0) changes.set(nameOf(rule), all.includes('first') ? 'first' : 'again');
  }
  return changes;
}
