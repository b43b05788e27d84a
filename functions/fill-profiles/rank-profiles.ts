import type { Definitions } from '../../core/definitions.ts';
import type { DecisionPorts, Fills, RankProgress, Ranks } from '../../core/ports.ts';
import type { Profile } from '../../core/profile/profile.ts';
import { coverageRanked } from '../../core/segment/coverage-ranked.ts';
import { countPeople, tablesOf } from '../../core/trait/ranks.ts';

/** One part of everybody. */
export type RankTask = Pick<RankProgress, 'number' | 'part' | 'startedMs'>;
export interface RankPace {
  /** People of one batch. */
  readonly most: number;
  /** People read side by side. */
  readonly atOnce: number;
}
export interface RankPorts extends Pick<DecisionPorts, 'profiles' | 'definitions' | 'clock'> {
  readonly fills: Pick<Fills, 'parts' | 'people'>;
  readonly ranks: Ranks;
}

/**
 * Counts the next batch of a part's people for the tables of ranks; with the last batch of all parts, tables are made of the
 * counts and put into force at once. A batch that is cut short is counted again: place and counts are written together. Where
 * something was published meanwhile, nothing is made: what it asks is counted by a pass of its own.
 * @returns how far the part has come
 */
export const rankProfiles =
  (ports: RankPorts, { most, atOnce }: RankPace) =>
  async ({ number, part, startedMs }: RankTask): Promise<Omit<RankProgress, 'counts'>> => {
    const { ranks, fills, clock } = ports;
    const definitions = await ports.definitions.current();
    const standing = await ranks.progress(number, part);
    const begun = { number, part, startedMs, movedMs: startedMs };
    const mine: RankProgress = standing ?? { ...begun, isDone: false, people: 0, batches: 0, counts: {} };
    if (definitions.coverage.number > number) return withoutCounts({ ...mine, isDone: true });
    if (mine.isDone) {
      await make(ports, definitions, number);
      return withoutCounts(mine);
    }
    const page = await fills.people(part, mine.cursor, most);
    const people = await read(ports, page.profileIds, atOnce);
    const { cursor: _, ...rest } = mine;
    const advanced: RankProgress = {
      ...rest,
      movedMs: clock.nowMs(),
      people: mine.people + page.profileIds.length,
      batches: mine.batches + 1,
      counts: countPeople(mine.counts, people, definitions, mine.startedMs),
      isDone: page.cursor === undefined,
      ...(page.cursor !== undefined && { cursor: page.cursor }),
    };
    // Another has counted this batch meanwhile: the next call goes on after it.
    if ((await ranks.advance(advanced)) === 'stale') return withoutCounts(mine);
    if (advanced.isDone) await make(ports, definitions, number);
    return withoutCounts(advanced);
  };

const withoutCounts = ({ counts: _, ...progress }: RankProgress): Omit<RankProgress, 'counts'> => progress;

/** People by their ids; whoever became part of another is counted there. */
async function read(
  { profiles }: RankPorts,
  profileIds: readonly string[],
  atOnce: number,
): Promise<readonly Profile[]> {
  const found: Profile[] = [];
  const left = profileIds.values();
  const takeTurns = async (): Promise<void> => {
    for (const profileId of left) {
      const loaded = await profiles.load(profileId);
      if (loaded?.profile.profileId === profileId) found.push(loaded.profile);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, profileIds.length) }, takeTurns));
  return found;
}

/** Makes the tables once every part is counted, whoever comes last; a second time changes nothing. */
async function make({ ranks, fills, clock }: RankPorts, definitions: Definitions, number: number): Promise<void> {
  const all = await ranks.all(number);
  if (all.filter(({ isDone }) => isDone).length < fills.parts) return;
  const atMs = Math.min(...all.map(({ startedMs }) => startedMs));
  const tables = tablesOf(
    all.map(({ counts }) => counts),
    definitions,
    atMs,
  );
  await ranks.put(coverageRanked(definitions, tables, clock.nowMs()), number);
}
