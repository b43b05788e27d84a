import { checkDocuments } from '../core/journey/check.ts';
import type { Journey } from '../core/journey/document.ts';
import type { WorkflowFile } from '../core/journey/read-documents.ts';
import { currentOf } from '../core/journey/versions/current.ts';
import type { KnownVersion, Standing } from '../core/journey/versions/plan-change.ts';
import type {
  DecidedPublication,
  Held,
  PublicationRecord,
  PublicationState,
} from '../core/journey/versions/publication.ts';
import type { Database } from './store/database.ts';

interface Row {
  readonly journey_id: string;
  readonly number: number;
  readonly version: string;
  readonly action: PublicationRecord['action'];
  readonly at_ms: number;
  readonly said_by: string | null;
  readonly why: string | null;
}

/** What is kept whole: the documents that are current, and the journeys that are held. */
interface Kept {
  readonly files: readonly WorkflowFile[];
  readonly held: Held;
}

/** Published documents and the history of their versions, in SQLite. */
export class PublicationStore {
  private readonly db: Database;
  constructor(db: Database) {
    this.db = db;
  }

  state(): PublicationState {
    const kept = this.kept();
    const records = this.records();
    return {
      files: kept?.files,
      documents: kept && checkDocuments(kept.files).documents,
      held: kept?.held ?? {},
      versions: this.versions(records),
      current: currentOf(records),
      inside: this.inside(),
    };
  }

  /** The documents that are current; undefined where nothing has been published. */
  kept(): Kept | undefined {
    const row = this.db.get<{ body: string }>(`SELECT body FROM documents WHERE kind = 'published'`);
    return row && (JSON.parse(row.body) as Kept);
  }

  /** What was done to a journey's versions, or to all, oldest first. */
  records(journeyId?: string): readonly PublicationRecord[] {
    const rows = this.db.all<Row>('SELECT * FROM publications ORDER BY sequence');
    return rows.filter((row) => journeyId === undefined || row.journey_id === journeyId).map(readRecord);
  }

  private versions(records: readonly PublicationRecord[]): readonly KnownVersion[] {
    const found = new Map<string, KnownVersion>();
    for (const { journeyId, version, number } of records) {
      const row = this.db.get<{ body: string }>(
        `SELECT body FROM documents WHERE kind = 'journey' AND id = ? AND hash = ?`,
        journeyId,
        version,
      );
      if (row)
        found.set(`${journeyId}/${version}`, { journeyId, version, number, document: JSON.parse(row.body) as Journey });
    }
    return [...found.values()];
  }

  private inside(): readonly Standing[] {
    type Counted = { journey_id: string; version: string; step_id: string; people: number };
    const rows = this.db.all<Counted>(
      `SELECT journey_id, body ->> '$.version' AS version, step_id, count(*) AS people FROM enrollments WHERE status = 'active' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    );
    return rows.map((row) => ({
      journeyId: row.journey_id,
      version: row.version,
      stepId: row.step_id,
      people: row.people,
    }));
  }

  /** Writes a publication, whole or not at all. */
  write({ files, held, documents, records }: DecidedPublication, versionOf: (journey: Journey) => string): void {
    const body = JSON.stringify({ files, held } satisfies Kept);
    this.db.write(() => {
      for (const journey of documents.journeys)
        this.db.run(
          'INSERT OR IGNORE INTO documents VALUES (?, ?, ?, ?)',
          'journey',
          journey.id,
          versionOf(journey),
          JSON.stringify(journey),
        );
      this.db.run(`INSERT OR REPLACE INTO documents VALUES ('published', '', '', ?)`, body);
      for (const { journeyId, number, version, action, atMs, by, why } of records)
        this.db.run(
          'INSERT INTO publications (journey_id, number, version, action, at_ms, said_by, why) VALUES (?, ?, ?, ?, ?, ?, ?)',
          journeyId,
          number,
          version,
          action,
          atMs,
          by ?? null,
          why ?? null,
        );
    });
  }
}

const readRecord = (row: Row): PublicationRecord => ({
  journeyId: row.journey_id,
  number: row.number,
  version: row.version,
  action: row.action,
  atMs: row.at_ms,
  ...(row.said_by !== null && { by: row.said_by }),
  ...(row.why !== null && { why: row.why }),
});
