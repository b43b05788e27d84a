import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { compileJourney, publish, type Definitions, type JourneyVersion } from '../../core/definitions.ts';
import { VersionUnknown } from '../../core/failures.ts';
import type { Documents, Journey, ReferenceTable } from '../../core/journey/document.ts';
import type { Clock, DefinitionStore } from '../../core/ports.ts';
import type { PublishedTemplate } from '../parts/content/renderer.ts';
import type { Publication } from '../parts/publication.ts';
import { stockPool } from './coupon-stock.ts';
import { loadPatterns } from './patterns.ts';
import { pack, unpack } from './table/pack.ts';
import type { Item } from './table/profile-rows.ts';
import { keyOf, Table } from './table/table.ts';

/** What is published may be so old. */
const cachedMs = 5_000;
/** A row holds 400 KB with its key. */
const partBytes = 380_000;

const currentKey = { pk: 'definitions', sk: 'current' };
/** Ids of all journeys that were ever published here. */
const journeysKey = { pk: 'definitions', sk: 'journeys' };
type Kind = 'documents' | 'templates' | 'tables';
const partsOf = (hash: string, kind: Kind): { readonly pk: string; readonly prefix: string } => ({
  pk: `definitions#${hash}`,
  prefix: `${kind}#`,
});
const versionKey = (journeyId: string, version: string) => ({ pk: `journey#${journeyId}`, sk: version });

/** A published version of a journey, and where its state machine runs. */
interface PinnedVersion {
  readonly journey: JourneyVersion;
  readonly machineArn: string;
}

/** What every function keeps at hand: neither codes, which are rows of their own, nor the rows of tables. */
const withoutContents = (documents: Documents): Documents => ({
  ...documents,
  coupons: documents.coupons.map(({ codes: _, ...pool }) => pool),
  tables: documents.tables.map((table) => ({ ...table, rows: [] })),
});

/** Published documents in the table: immutable by their hash, and one row that says which are current. */
export class DynamoDefinitions implements DefinitionStore {
  private readonly table: Table;
  private readonly clock: Pick<Clock, 'nowMs'>;
  private readonly versions = new Map<string, PinnedVersion>();
  private compiled: Definitions | undefined;
  private readMs = -Infinity;

  constructor(client: DynamoDBClient, tableName: string, clock: Pick<Clock, 'nowMs'>) {
    this.table = new Table(client, tableName);
    this.clock = clock;
  }

  async current(): Promise<Definitions> {
    const nowMs = this.clock.nowMs();
    if (this.compiled && nowMs - this.readMs < cachedMs) return this.compiled;
    const [row] = await this.table.get([currentKey]);
    const hash = row?.['h']?.S;
    if (hash === undefined) throw new VersionUnknown('No documents have been published here yet.');
    if (this.compiled?.hash !== hash) {
      // What an earlier release published had no documents beside journeys.
      const beside = { coupons: [], tables: [], events: [], calendars: [] };
      const documents = { ...beside, ...((await this.readParts(hash, 'documents')) as unknown as Documents) };
      await loadPatterns(documents);
      this.compiled = publish(documents, hash);
    }
    this.readMs = nowMs;
    return this.compiled;
  }

  /** Ids of all journeys that people can have been in. */
  async journeyIds(): Promise<readonly string[]> {
    const [row] = await this.table.get([journeysKey]);
    return row?.['ids']?.SS ?? [];
  }

  /** Templates that belong to published documents. */
  async templates(hash: string): Promise<readonly PublishedTemplate[]> {
    return (await this.readParts(hash, 'templates')) as unknown as readonly PublishedTemplate[];
  }

  /** Tables that belong to published documents, with their rows. */
  async tables(hash: string): Promise<readonly ReferenceTable[]> {
    return (await this.readParts(hash, 'tables')) as unknown as readonly ReferenceTable[];
  }

  async journey(journeyId: string, version: string): Promise<JourneyVersion> {
    const published = this.compiled?.journeys.get(journeyId);
    if (published?.version === version) return published;
    return (await this.pinned(journeyId, version)).journey;
  }
  /** ARN of the state machine's version that runs a journey's. @throws VersionUnknown */
  async machineArn(journeyId: string, version: string): Promise<string> {
    return (await this.pinned(journeyId, version)).machineArn;
  }

  private async pinned(journeyId: string, version: string): Promise<PinnedVersion> {
    const name = `${journeyId}/${version}`;
    const standing = this.versions.get(name);
    if (standing) return standing;
    const [row] = await this.table.get([versionKey(journeyId, version)]);
    if (!row) throw new VersionUnknown(`Journey ${journeyId} has no version ${version} here.`);
    const document = unpack(row['b']!.B!) as unknown as Journey;
    await loadPatterns(document);
    const pinned = { journey: compileJourney(document), machineArn: row['arn']!.S! };
    this.versions.set(name, pinned);
    return pinned;
  }

  private async readParts(hash: string, kind: Kind): Promise<unknown> {
    const { pk, prefix } = partsOf(hash, kind);
    const rows = await this.table.query({
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :kind)',
      ExpressionAttributeValues: { ':pk': { S: pk }, ':kind': { S: prefix } },
    });
    if (rows.length === 0) throw new VersionUnknown(`The documents ${hash} are not here.`);
    return unpack(Buffer.concat(rows.map((row) => row['b']!.B!)));
  }

  /**
   * Publishes documents; safe to repeat. The row that makes them current comes last, so that a reader finds all of them.
   * @param machines journey id → ARN of the state machine's version of this document
   */
  async publish({ hash, documents, templates }: Publication, machines: ReadonlyMap<string, string>): Promise<void> {
    await loadPatterns(documents);
    await this.writeParts(hash, 'documents', withoutContents(documents));
    await this.writeParts(hash, 'templates', templates);
    await this.writeParts(hash, 'tables', documents.tables);
    for (const pool of documents.coupons) await stockPool(this.table, pool);
    for (const { id, version, document } of publish(documents, hash).journeys.values()) {
      const arn = machines.get(id);
      if (arn === undefined) throw new RangeError(`No state machine was named for the journey ${id}.`);
      const row: Item = { ...keyOf(versionKey(id, version)), b: { B: pack(document) }, arn: { S: arn } };
      await this.table.put(row);
    }
    const ids = [...machines.keys()];
    if (ids.length > 0) await this.table.addTo(journeysKey, 'ids', ids);
    await this.table.put({ ...keyOf(currentKey), h: { S: hash } });
  }
  private async writeParts(hash: string, kind: Kind, value: unknown): Promise<void> {
    const { pk, prefix } = partsOf(hash, kind);
    const packed = pack(value);
    for (let from = 0, part = 0; from < packed.length; from += partBytes, part++) {
      const sk = `${prefix}${String(part).padStart(4, '0')}`;
      await this.table.put({ ...keyOf({ pk, sk }), b: { B: packed.subarray(from, from + partBytes) } });
    }
  }
}
