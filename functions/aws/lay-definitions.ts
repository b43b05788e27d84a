import { compileJourney } from '../../core/definitions.ts';
import type { Documents } from '../../core/journey/document.ts';
import type { Publication } from '../parts/publication.ts';
import { stockPool } from './coupon-stock.ts';
import { loadCatalogue } from './event-catalogue.ts';
import { loadPatterns } from './patterns.ts';
import { loadTraitReadings } from './trait-readings.ts';
import { journeysKey, versionKey } from './table/definition-keys.ts';
import { pack } from './table/pack.ts';
import { writeParts } from './table/parts.ts';
import { keyOf, type Table } from './table/table.ts';

/** What every function keeps at hand: neither codes, which are rows of their own, nor the rows of tables. */
const withoutContents = (documents: Documents): Documents => ({
  ...documents,
  coupons: documents.coupons.map(({ codes: _, ...pool }) => pool),
  tables: documents.tables.map((table) => ({ ...table, rows: [] })),
});

/**
 * Lays documents down to be made current: all that they need is there, and nobody reads it yet. Safe to repeat.
 * @param machines journey id → ARN of the state machine's version of this document
 */
export async function layDefinitions(
  table: Table,
  { hash, documents, templates }: Publication,
  machines: ReadonlyMap<string, string>,
): Promise<void> {
  await loadPatterns(documents);
  await loadTraitReadings(documents);
  await loadCatalogue(documents);
  await writeParts(table, hash, 'documents', withoutContents(documents));
  await writeParts(table, hash, 'templates', templates);
  await writeParts(table, hash, 'tables', documents.tables);
  for (const pool of documents.coupons) await stockPool(table, pool);
  for (const document of documents.journeys) {
    const { id, version } = compileJourney(document);
    const arn = machines.get(id);
    if (arn === undefined) throw new RangeError(`No state machine was named for the journey ${id}.`);
    await table.put({ ...keyOf(versionKey(id, version)), b: { B: pack(document) }, arn: { S: arn } });
  }
  const ids = [...machines.keys()];
  if (ids.length > 0) await table.addTo(journeysKey, 'ids', ids);
}
