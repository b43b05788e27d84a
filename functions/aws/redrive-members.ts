import type { Clock, OutgoingFact } from '../../core/ports.ts';
import { coldKey, hotKey, type Key } from './table/keys.ts';
import { memberKey } from './table/memberships.ts';
import { groupsOf, membershipsOf, type Item } from './table/profile-rows.ts';
import { keyOf, type Table } from './table/table.ts';

const mostReads = 5;

/**
 * Puts the lists right that a person is a member of, or was by these facts. A commit that came in between may have been
 * listed by the relay already: then it is looked at once more, so that no list ends up older than what the relay wrote.
 */
export async function listMemberships(
  table: Table,
  clock: Pick<Clock, 'backOff'>,
  profileId: string,
  told: readonly OutgoingFact[],
): Promise<void> {
  const places = placesTold(profileId, told);
  for (let reads = 1; reads <= mostReads; reads++) {
    const row = await table.row(hotKey(profileId));
    const now = placesNow(profileId, row, await table.row(coldKey(profileId)));
    for (const [place, key] of places) if (!now.has(place)) await table.delete(key);
    for (const [place, key] of now) {
      await table.put(keyOf(key));
      places.set(place, key);
    }
    const again = await table.row(hotKey(profileId));
    if (again?.['v']?.N === row?.['v']?.N) return;
    await clock.backOff(reads);
  }
  throw new Error(`${profileId} changes too fast for their lists to be put right.`);
}

type Places = Map<string, Key>;
const byPlace = (keys: readonly Key[]): Places => new Map(keys.map((key) => [`${key.pk} ${key.sk}`, key]));

function placesNow(profileId: string, row: Item | undefined, coldRow: Item | undefined): Places {
  const { segments, audiences } = membershipsOf(row);
  const of = (kind: 'segment' | 'audience' | 'group', members: { readonly [id: string]: number }): readonly Key[] =>
    Object.entries(members).map(([id, sinceMs]) => memberKey(kind, id, profileId, sinceMs));
  return byPlace([...of('segment', segments), ...of('audience', audiences), ...of('group', groupsOf(coldRow))]);
}

/** Where a person was listed once: a membership begins at the instant of its fact. */
const placesTold = (profileId: string, told: readonly OutgoingFact[]): Places =>
  byPlace(
    told.flatMap(({ kind, name, atMs, detail }) =>
      kind === 'segment' && (detail['of'] === 'segment' || detail['of'] === 'audience')
        ? [memberKey(detail['of'], name, profileId, atMs)]
        : [],
    ),
  );
