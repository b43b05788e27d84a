import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { rankOf } from '../../core/enrollment/rank.ts';
import type { Candidate, Looked, RoundPart, RoundProgress, Rounds, Walked } from '../../core/ports.ts';
import { lookedKey, rankPartition, roundKey, roundPrefix, roundsPartition } from './table/keys.ts';
import { memberPartition, readMember } from './table/memberships.ts';
import { pack, unpack } from './table/pack.ts';
import type { Item } from './table/profile-rows.ts';
import { keyOf, Table } from './table/table.ts';

type Round = Pick<RoundPart, 'journeyId' | 'roundId'>;

/** What is known of a round is kept so long after its last batch. */
const keptMs = 90 * 86_400_000;
/** A round has at most as many parts as a list has shards, and the one in the order of rank. */
const mostParts = 20;

const readProgress = (row: Item): RoundProgress => unpack(row['b']!.B!) as unknown as RoundProgress;
const expiresAfter = (ms: number): Item => ({ expires: { N: String(Math.ceil((ms + keptMs) / 1_000)) } });

/** How far schedules have come, in the table: one row for each part of a round, which only its own walk writes. */
export class DynamoRounds implements Rounds {
  private readonly table: Table;
  private readonly nowMs: () => number;
  constructor(client: DynamoDBClient, tableName: string, nowMs: () => number) {
    this.table = new Table(client, tableName);
    this.nowMs = nowMs;
  }

  async looked(journeyId: string): Promise<Looked | undefined> {
    const row = await this.table.row(lookedKey(journeyId));
    return row && { sinceMs: Number(row['f']!.N), untilMs: Number(row['u']!.N), schedule: row['w']?.S ?? '' };
  }
  async look(journeyId: string, { sinceMs, untilMs, schedule }: Looked): Promise<void> {
    const values = { f: { N: String(sinceMs) }, u: { N: String(untilMs) }, w: { S: schedule } };
    await this.table.put({ ...keyOf(lookedKey(journeyId)), ...values });
  }

  async latest(journeyId: string): Promise<readonly RoundProgress[]> {
    const values = { ':pk': { S: roundsPartition(journeyId) }, ':p': { S: roundPrefix } };
    const rows = await this.table.query(
      {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :p)',
        ExpressionAttributeValues: values,
        ScanIndexForward: false,
      },
      mostParts,
    );
    const parts = rows.map(readProgress);
    return parts.filter(({ roundId }) => roundId === parts[0]?.roundId);
  }
  async progress(journeyId: string, roundId: string): Promise<readonly RoundProgress[]> {
    const prefix = `${roundPrefix}${roundId}#`;
    const rows = await this.table.query({
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :p)',
      ExpressionAttributeValues: { ':pk': { S: roundsPartition(journeyId) }, ':p': { S: prefix } },
    });
    return rows.map(readProgress);
  }
  async advance(progress: RoundProgress): Promise<void> {
    const key = keyOf(roundKey(progress.journeyId, progress.roundId, progress.part));
    await this.table.put({ ...key, b: { B: pack(progress) }, ...expiresAfter(progress.movedMs) });
  }

  async members(segmentId: string, part: number, after: string | undefined, most: number): Promise<readonly Walked[]> {
    const rows = await this.after(memberPartition('segment', segmentId, part), after, most);
    return rows.map((row) => ({ profileId: readMember(row).profileId, cursor: row['sk']!.S! }));
  }

  async rank(round: Round, candidates: readonly Candidate[]): Promise<void> {
    const pk = { S: rankPartition(round.journeyId, round.roundId) };
    await Promise.all(
      candidates.map((candidate) =>
        this.table.put({
          pk,
          sk: { S: rankOf(round, candidate) },
          p: { S: candidate.profileId },
          ...expiresAfter(this.nowMs()),
        }),
      ),
    );
  }
  async ranked({ journeyId, roundId }: Round, after: string | undefined, most: number): Promise<readonly Walked[]> {
    const rows = await this.after(rankPartition(journeyId, roundId), after, most);
    return rows.map((row) => ({ profileId: row['p']!.S!, cursor: row['sk']!.S! }));
  }

  private after(partition: string, after: string | undefined, most: number): Promise<readonly Item[]> {
    return this.table.query(
      {
        KeyConditionExpression: 'pk = :pk AND sk > :after',
        // A key is never empty; the first sorts after a blank.
        ExpressionAttributeValues: { ':pk': { S: partition }, ':after': { S: after ?? ' ' } },
      },
      most,
    );
  }
}
