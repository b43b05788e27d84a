import type { Enrollment } from '../../core/enrollment/enrollment.ts';
import type { Ruling } from '../../core/experiment/ruling.ts';
import type { VariantCounts } from '../../core/experiment/variant-counts.ts';
import type { ExperimentStore } from '../../core/ports.ts';
import type { Database } from './database.ts';

/** What was decided of experiments so far. */
export function readRulings(db: Database): readonly Ruling[] {
  type Row = { experiment: string; kind: Ruling['kind']; variant: string; at_ms: number; because: string };
  return db
    .all<Row>('SELECT experiment, kind, variant, at_ms, because FROM rulings ORDER BY experiment, at_ms, variant')
    .map(({ at_ms: atMs, ...row }) => ({ ...row, atMs }));
}

/** The variants that an enrollment has met, in rows that can be counted. */
export function writeExposures(db: Database, { enrollmentId, profileId, journeyId, exposures = {} }: Enrollment): void {
  for (const [experiment, one] of Object.entries(exposures))
    db.run(
      'INSERT OR REPLACE INTO exposures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ...[journeyId, experiment, one.variant, profileId, enrollmentId, one.atMs],
      ...[one.goalMs ?? null, one.value ?? null, one.clickMs ?? null],
      ...[one.unsubscribedMs ?? null, one.complainedMs ?? null],
    );
}

/** Experiments of the embedded home. */
export class SqliteExperiments implements ExperimentStore {
  private readonly db: Database;
  constructor(db: Database) {
    this.db = db;
  }

  async counts(journeyIds: readonly string[]): Promise<readonly VariantCounts[]> {
    const marks = journeyIds.map(() => '?').join(', ');
    const people = `SELECT experiment, variant, min(at_ms) AS first_ms, count(goal_ms) > 0 AS goal, total(value) AS value,
      count(click_ms) > 0 AS click, count(unsubscribed_ms) > 0 AS unsubscribe, count(complained_ms) > 0 AS complaint
      FROM exposures WHERE journey_id IN (${marks}) GROUP BY experiment, variant, profile_id`;
    return this.db.all<VariantCounts>(
      `SELECT experiment, variant, count(*) AS exposed, min(first_ms) AS firstMs, sum(goal) AS goals, total(value) AS valueSum,
       total(value * value) AS valueSquares, sum(click) AS clicks, sum(unsubscribe) AS unsubscribes, sum(complaint) AS complaints
       FROM (${people}) GROUP BY experiment, variant ORDER BY experiment, variant`,
      ...journeyIds,
    );
  }

  async rule({ experiment, kind, variant, atMs, because }: Ruling): Promise<'ruled' | 'stands'> {
    const sql = 'INSERT OR IGNORE INTO rulings VALUES (?, ?, ?, ?, ?)';
    const { changes } = this.db.write(() => this.db.run(sql, experiment, kind, variant, atMs, because));
    return changes === 0 ? 'stands' : 'ruled';
  }
}
