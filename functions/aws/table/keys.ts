import { shareOf } from '../../../core/hash.ts';
import type { Channel } from '../../../core/journey/document.ts';
import type { SuppressionReason } from '../../../core/message/delivery.ts';

/** Where a row stands in the table; `docs/aws.md` lists them all. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** Sort keys of a profile's two parts: read together by one query. */
export const hotPart = 'a';
export const coldPart = 'b';
export const eventPrefix = 'e#';
export const factsPrefix = 'f#';

export const profilePartition = (profileId: string): string => `p#${profileId}`;
export const hotKey = (profileId: string): Key => ({ pk: profilePartition(profileId), sk: hotPart });
export const coldKey = (profileId: string): Key => ({ pk: profilePartition(profileId), sk: coldPart });
export const eventKey = (profileId: string, eventId: string): Key => ({
  pk: profilePartition(profileId),
  sk: `${eventPrefix}${eventId}`,
});
export const factsKey = (profileId: string, version: number): Key => ({
  pk: profilePartition(profileId),
  sk: `${factsPrefix}${String(version).padStart(10, '0')}`,
});
export const mergePrefix = 'x#';
export const mergeKey = (profileId: string, mergedId: string): Key => ({
  pk: profilePartition(profileId),
  sk: `${mergePrefix}${mergedId}`,
});
/** That an identifier or a message was somebody's who was erased. */
export const tombstoneKey = (hash: string): Key => ({ pk: `t#${hash}`, sk: 't' });
/** How far the sweep of the lake has come. */
export const sweepKey: Key = { pk: 'lake', sk: 'sweep' };
/** Of an erasure that the lake has yet to be swept for, by when it was done. */
export const unsweptPrefix = 'w#';
export const unsweptKey = (doneMs: number, erasureId: string): Key => ({
  pk: sweepKey.pk,
  sk: `${unsweptPrefix}${sortable(doneMs)}#${erasureId}`,
});
/** The receipt of an erasure. */
export const erasureKey = (erasureId: string): Key => ({ pk: `z#${erasureId}`, sk: 'z' });
export const guardPrefix = 'g#';
export const guardKey = (profileId: string, journeyId: string, key: string): Key => ({
  pk: profilePartition(profileId),
  sk: `${guardPrefix}${journeyId}#${key}`,
});
export const identityRowKey = (key: string): Key => ({ pk: `i#${key}`, sk: 'i' });
export const enrollmentKey = (enrollmentId: string): Key => ({ pk: `n#${enrollmentId}`, sk: 'n' });
export const deliveryKey = (deliveryId: string): Key => ({ pk: `d#${deliveryId}`, sk: 'd' });
export const messagePart = 'm';
export const messageKey = (deliveryId: string): Key => ({ pk: `d#${deliveryId}`, sk: messagePart });
export const taskKey = (taskId: string): Key => ({ pk: `k#${taskId}`, sk: 'k' });
/** What a pool has to give out, in order of its document; beside it, what was last taken up of that. */
export const poolPartition = (pool: string): string => `c#${pool}`;
export const stockKey = (pool: string): Key => ({ pk: poolPartition(pool), sk: 'stock' });
export const freeCodePrefix = 'o#';
export const freeCodeKey = (pool: string, place: number, code: string): Key => ({
  pk: poolPartition(pool),
  sk: `${freeCodePrefix}${String(place).padStart(8, '0')}#${code}`,
});
/** That a code was given out, and to whom: two rows, so that each can be asked for by its own key. */
export const givenCodeKey = (pool: string, code: string): Key => ({ pk: `${poolPartition(pool)}#g#${code}`, sk: 'g' });
/** The list in which whatever was given out of a pool stands. */
export const givenList = poolPartition;
export const couponKey = (pool: string, askId: string): Key => ({ pk: `${poolPartition(pool)}#a#${askId}`, sk: 'a' });
export const suppressionPart = 's';
export const suppressionKey = (channel: Channel, addressHash: string): Key => ({
  pk: `s#${channel}#${addressHash}`,
  sk: suppressionPart,
});
/** Where one reason of it is listed. */
export const suppressionListKey = (channel: Channel, addressHash: string, reason: SuppressionReason): Key => ({
  pk: suppressionKey(channel, addressHash).pk,
  sk: `r#${reason}`,
});
/** What is known of a group. */
export const groupRowKey = (type: string, groupId: string): Key => ({ pk: `g#${type}#${groupId}`, sk: 'g' });
/** At which hours everybody answers. */
export const hoursKey: Key = { pk: 'hours', sk: 'hours' };
export const controlPartition = 'control';
export const controlKey = (subject: string): Key => ({ pk: controlPartition, sk: subject });

/** Parts of a list that is written to by everybody, so that no partition takes more than its share. */
export const listShards = 8;
/** The part of a list in which a subject stands. */
export const shardOf = (subject: string, shards: number): number => Math.floor(shareOf('shard', subject) * shards);
export const listPartition = (list: string, shard: number): string => `${list}#${shard}`;
/** Instants inside keys, so that they sort as text: 13 digits until the year 2286. */
export const sortable = (ms: number): string => String(Math.max(0, Math.floor(ms))).padStart(13, '0');

type Window = { readonly journeyId: string; readonly startsMs: number };
const placePartition = ({ journeyId, startsMs }: Window): string => `l#${journeyId}#${sortable(startsMs)}`;
/** A place of a limited entry, and the count of those that are taken. */
export const placeKey = (place: Window & { readonly enrollmentId: string }): Key => ({
  pk: placePartition(place),
  sk: `n#${place.enrollmentId}`,
});
export const placeCountKey = (window: Window): Key => ({ pk: placePartition(window), sk: 'count' });

/** How far the rounds of a journey's schedule have come: until when it was looked at, and each part of a round. */
export const roundsPartition = (journeyId: string): string => `r#${journeyId}`;
export const lookedKey = (journeyId: string): Key => ({ pk: roundsPartition(journeyId), sk: 'looked' });
export const roundPrefix = 'p#';
export const roundKey = (journeyId: string, roundId: string, part: number | 'ranked'): Key => ({
  pk: roundsPartition(journeyId),
  sk: `${roundPrefix}${roundId}#${part}`,
});
/** How far filling everybody with what is published has come: a row for each part. */
export const fillsPartition = (number: number): string => `fills#${number}`;
export const fillKey = (number: number, part: number): Key => ({
  pk: fillsPartition(number),
  sk: String(part).padStart(4, '0'),
});
/** What is counted for the tables of ranks: a row for each part, which the next pass writes over. */
export const ranksPartition = 'ranks';
export const rankCountsKey = (part: number): Key => ({ pk: ranksPartition, sk: String(part).padStart(4, '0') });
/** Where the people of a round stand in the order of their rank. */
export const rankPartition = (journeyId: string, roundId: string): string => `k#${journeyId}#${roundId}`;
/** An event that was set aside; which ones name an identifier; what was wrong with events, in parts. */
export const quarantineKey = (quarantineId: string): Key => ({ pk: `q#${quarantineId}`, sk: 'q' });
export const quarantineHashPartition = (hash: string): string => `qi#${hash}`;
export const problemPartition = (shard: number): string => `qp#${shard}`;
