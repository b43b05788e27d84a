import type { Ruling } from '../../core/experiment/ruling.ts';
import type { Database } from './database.ts';

/** What was decided of experiments so far. */
export function readRulings(db: Database): readonly Ruling[] {
  type Row = { experiment: string; kind: Ruling['kind']; variant: string; at_ms: number; because: string };
  return db
    .all<Row>('SELECT experiment, kind, variant, at_ms, because FROM rulings ORDER BY experiment, at_ms, variant')
    .map(({ at_ms: atMs, ...row }) => ({ ...row, atMs }));
}
