import type { Fact, OutgoingFact } from '../../core/ports.ts';
import type { Database } from './database.ts';

/** What one commit tells. */
export interface Told {
  readonly outgoing: readonly OutgoingFact[];
  readonly texts: ReadonlyMap<string, string>;
}

/** So many are kept in memory. */
const mostWaiting = 1_000;
const nothing: Told = { outgoing: [], texts: new Map() };

/** What commits tell, and of that what the relay has yet to carry out. */
export class OutgoingFacts {
  private readonly db: Database;
  /** The oldest of them, in commit order. */
  private waiting: OutgoingFact[] = [];
  /** Whether the table has more of them: a long queue waits there, and not in memory. */
  private hasMore = true;
  private lastSequence: number;

  constructor(db: Database) {
    this.db = db;
    this.lastSequence = db.get<{ last: number | null }>('SELECT max(sequence) AS last FROM outgoing')?.last ?? 0;
  }

  /**
   * Lists what a commit wants carried out.
   * @returns what is to go out, for `committed`, and for each profile all that was told of it, as text
   */
  write(facts: readonly Fact[], versions: ReadonlyMap<string, number>): Told {
    if (facts.length === 0) return nothing;
    const outgoing: OutgoingFact[] = [];
    const texts = new Map<string, string>();
    for (const [profileId, told] of Map.groupBy(facts, (fact) => fact.profileId)) {
      const version = versions.get(profileId);
      if (version === undefined) throw new RangeError(`Facts of ${profileId}, which this change does not commit.`);
      texts.set(profileId, JSON.stringify(told.map(({ kind, name, atMs, detail }) => [kind, name, atMs, detail])));
      told.forEach((fact, index) => {
        if (fact.isOutgoing) outgoing.push({ ...fact, sequence: ++this.lastSequence, version, index });
      });
    }
    for (const { sequence, profileId, version, index } of outgoing)
      this.db.run('INSERT INTO outgoing VALUES (?, ?, ?, ?)', sequence, profileId, version, index);
    return { outgoing, texts };
  }
  /** The transaction in which they were written holds. */
  committed(outgoing: readonly OutgoingFact[]): void {
    this.hasMore ||= this.waiting.length + outgoing.length > mostWaiting;
    if (!this.hasMore) this.waiting.push(...outgoing);
  }

  first(limit: number): readonly OutgoingFact[] {
    if (this.hasMore && this.waiting.length < limit) {
      const found = readWaiting(this.db, this.waiting.at(-1)?.sequence ?? 0);
      this.waiting.push(...found);
      this.hasMore = found.length === mostWaiting;
    }
    return this.waiting.slice(0, limit);
  }
  acknowledge(sequences: readonly number[]): void {
    const done = new Set(sequences);
    const first = this.waiting.slice(0, done.size);
    // Nearly always the oldest: a long queue is not walked for each few of it.
    if (first.every((fact) => done.has(fact.sequence))) this.waiting.splice(0, first.length);
    else this.waiting = this.waiting.filter((fact) => !done.has(fact.sequence));
    this.db.write(() => {
      for (const sequence of sequences) this.db.run('DELETE FROM outgoing WHERE sequence = ?', sequence);
    });
  }
}

/** The next facts that are not carried out yet. */
function readWaiting(db: Database, after: number): OutgoingFact[] {
  type Row = {
    sequence: number;
    profile_id: string;
    version: number;
    idx: number;
    kind: Fact['kind'];
    name: string;
    at_ms: number;
    detail: string;
  };
  const rows = db.all<Row>(
    `SELECT sequence, facts.* FROM (SELECT * FROM outgoing WHERE sequence > ? ORDER BY sequence LIMIT ${mostWaiting})
     CROSS JOIN facts USING (profile_id, version, idx) ORDER BY sequence`,
    after,
  );
  return rows.map((row) => ({
    sequence: row.sequence,
    profileId: row.profile_id,
    version: row.version,
    index: row.idx,
    kind: row.kind,
    name: row.name,
    atMs: row.at_ms,
    isOutgoing: true,
    detail: JSON.parse(row.detail) as Fact['detail'],
  }));
}
