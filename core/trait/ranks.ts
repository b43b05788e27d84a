import type { Definitions } from '../definitions.ts';
import { idOf } from '../hash.ts';
import { canonicalJson, type Json } from '../json.ts';
import type { Profile } from '../profile/profile.ts';
import { viewOf } from '../segment/view.ts';
import { fromLocal, toLocal } from '../time/zone.ts';
import { numberOf } from './computed-trait.ts';
import type { RankTables } from './rank-table.ts';
import type { RankTrait } from './trait-document.ts';
import { addCounts, classesOf, countsOf, noCounts, type ValueCounts } from './value-counts.ts';

/** Who is compared, as `comparedBy` says it → how many people have which value. */
export type CountsByTrait = { readonly [compared: string]: ValueCounts };

/** Tables are made anew at this time of the workspace's zone: after every clock change of the night, and before people wake up. */
const nightlyMs = 4 * 3_600_000;
/** Different values of all traits together that are kept of a part of everybody, so that they fit into one row of 400 KB. */
const mostInAll = 16_384;
/** Different values of one trait that are told apart, where there is room. */
export const mostValues = 4_096;

export const ranksOf = ({ traits }: Pick<Definitions, 'traits'>): readonly RankTrait[] =>
  [...traits.values()].filter((document) => 'rank' in document);
/** Ranks of the same people by the same trait share their counts. */
const comparedBy = ({ rank, above }: RankTrait): string => (above === undefined ? rank : `${rank} > ${above}`);
const comparisonsOf = (definitions: Pick<Definitions, 'traits'>): ReadonlyMap<string, RankTrait> =>
  new Map(ranksOf(definitions).map((one) => [comparedBy(one), one]));
const roomFor = (comparisons: number): number => Math.min(mostValues, Math.floor(mostInAll / Math.max(1, comparisons)));

/** What a rank goes by, names and descriptions aside: where it is another, its table is of something else. */
export function saidOfRank({ id, rank, into, above, best = 'most' }: RankTrait, definitions: Definitions): string {
  const said: Json[] = [];
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const document = definitions.traits.get(name);
    if (document) {
      const { name: _, description: __, ...meant } = document;
      said.push(meant as unknown as Json);
    } else if (name === 'stage') said.push((definitions.workspace.stages ?? null) as unknown as Json);
    definitions.computed.get(name)?.parts.forEach(visit);
  };
  visit(rank.split('.', 1)[0] ?? '');
  return idOf('rank', canonicalJson([id, rank, into, best, above ?? null, said]));
}

/** A table of nobody is made again so soon: people may come by an import in the middle of a day. */
const untilSomebodyMs = 3_600_000;

/** When tables are to be made next: at once where one is missing, else every night; `Infinity` where nobody asks for any. */
export function nextRankingMs(definitions: Definitions): number {
  const ranks = ranksOf(definitions);
  const { ranks: tables = {} } = definitions.coverage;
  let [earliest, people] = [Infinity, 0];
  for (const document of ranks) {
    const table = tables[document.id];
    if (table?.of !== saidOfRank(document, definitions)) return -Infinity;
    earliest = Math.min(earliest, table.atMs);
    people += table.people;
  }
  if (earliest === Infinity) return Infinity;
  const nightMs = nightAfter(definitions.workspace.timeZone, earliest);
  return people === 0 ? Math.min(nightMs, earliest + untilSomebodyMs) : nightMs;
}
function nightAfter(zone: string, ms: number): number {
  const { dayNumber } = toLocal(zone, ms);
  const today = fromLocal(zone, dayNumber, nightlyMs);
  return today > ms ? today : fromLocal(zone, dayNumber + 1, nightlyMs);
}

/**
 * Counts with those of more people: everybody counts who is to be compared, whether they may be written to or not.
 * @param nowMs the instant as of which traits are read, the same for everybody
 */
export function countPeople(
  counts: CountsByTrait,
  people: readonly Profile[],
  definitions: Definitions,
  nowMs: number,
): CountsByTrait {
  const views = people.filter(({ isErased }) => !isErased).map((profile) => viewOf(profile, definitions, nowMs));
  const comparisons = comparisonsOf(definitions);
  const room = roomFor(comparisons.size);
  return Object.fromEntries(
    [...comparisons].map(([compared, { rank, above = -Infinity }]) => {
      const values = views.flatMap((view) => numberOf(view, rank) ?? []).filter((value) => value > above);
      return [compared, addCounts([counts[compared] ?? noCounts, countsOf(values)], room)];
    }),
  );
}

/** The tables of everybody, of the counts of all their parts. */
export function tablesOf(parts: readonly CountsByTrait[], definitions: Definitions, atMs: number): RankTables {
  const room = roomFor(comparisonsOf(definitions).size);
  return Object.fromEntries(
    ranksOf(definitions).map((document) => {
      const { id, into, best = 'most' } = document;
      const counts = addCounts(
        parts.map((part) => part[comparedBy(document)] ?? noCounts),
        room,
      );
      return [id, { of: saidOfRank(document, definitions), atMs, ...classesOf(counts, into, best) }];
    }),
  );
}
