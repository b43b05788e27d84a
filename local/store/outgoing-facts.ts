import type { Change, Fact, OutgoingFact } from '../../core/ports.ts';
import type { Database } from './database.ts';

/** A fact in the queue of those that are to go out. */
export interface QueuedFact extends OutgoingFact {
  /** Its place among all of them, in order of commit. */
  readonly sequence: number;
}

/** What one commit tells. */
export interface Told {
  readonly outgoing: readonly QueuedFact[];
  readonly texts: ReadonlyMap<string, string>;
}

/** So many are kept in memory. */
const mostWaiting = 1_000;
const nothing: Told = { outgoing: [], texts: new Map() };

/** What commits tell, and of that what the relay has yet to carry out. */
export class OutgoingFacts {
  private readonly db: Database;
  /** The oldest of them, in commit order. */
  private waiting: QueuedFact[] = [];
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
  write({ facts = [], events = [] }: Change, versions: ReadonlyMap<string, number>): Told {
    if (facts.length === 0) return nothing;
    const outgoing: QueuedFact[] = [];
    const texts = new Map<string, string>();
    for (const [profileId, told] of Map.groupBy(facts, (fact) => fact.profileId)) {
      const version = versions.get(profileId);
      if (version === undefined) throw new RangeError(`Facts of ${profileId}, which this change does not commit.`);
      texts.set(
        profileId,
        JSON.stringify(told.map(({ kind, name, atMs, detail }): Kept => [kind, name, atMs, detail])),
      );
      told.forEach((fact, index) => {
        if (fact.isOutgoing) outgoing.push({ ...fact, sequence: ++this.lastSequence, version, index });
      });
    }
    for (const { sequence, profileId, version, index } of outgoing) {
      const event = events.findLast((one) => one.profileId === profileId)?.eventId ?? null;
      this.db.run('INSERT INTO outgoing VALUES (?, ?, ?, ?, ?)', sequence, profileId, version, index, event);
    }
    return { outgoing, texts };
  }
  /** The transaction in which they were written holds. */
  committed(outgoing: readonly QueuedFact[]): void {
    this.hasMore ||= this.waiting.length + outgoing.length > mostWaiting;
    if (!this.hasMore) this.waiting.push(...outgoing);
  }

  first(limit: number): readonly QueuedFact[] {
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

/** A fact as it is kept. */
export type Kept = readonly [kind: Fact['kind'], name: string, atMs: number, detail: Fact['detail']];

/** The next facts that are not carried out yet. */
function readWaiting(db: Database, after: number): QueuedFact[] {
  type Row = { sequence: number; profile_id: string; version: number; idx: number; event_id: string | null };
  const rows = db.all<Row>('SELECT * FROM outgoing WHERE sequence > ? ORDER BY sequence LIMIT ?', after, mostWaiting);
  return rows.map(({ sequence, profile_id: profileId, version, idx: index, event_id: eventId }) => {
    const row =
      eventId === null
        ? db.get<{ facts: string }>(
            'SELECT facts FROM commit_facts WHERE profile_id = ? AND version = ?',
            profileId,
            version,
          )
        : db.get<{ facts: string }>(
            'SELECT facts FROM events WHERE profile_id = ? AND event_id = ?',
            profileId,
            eventId,
          );
    const fact = row && (JSON.parse(row.facts) as readonly Kept[])[index];
    if (!fact) throw new RangeError(`Fact ${sequence} of ${profileId} is listed and not there.`);
    const [kind, name, atMs, detail] = fact;
    return { sequence, profileId, version, index, kind, name, atMs, isOutgoing: true, detail };
  });
}
