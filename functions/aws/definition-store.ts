import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { compileJourney, publish, type Definitions, type JourneyVersion } from '../../core/definitions.ts';
import { readMentions } from '../../core/group/mentions.ts';
import { VersionUnknown } from '../../core/failures.ts';
import type { Json } from '../../core/json.ts';
import type { Documents, Journey, ReferenceTable } from '../../core/journey/document.ts';
import { unknownCoverage } from '../../core/segment/coverage.ts';
import type { Clock, DefinitionStore } from '../../core/ports.ts';
import type { PublishedTemplate } from '../parts/content/renderer.ts';
import { loadCatalogue } from './event-catalogue.ts';
import { loadPatterns } from './patterns.ts';
import { loadTraitReadings } from './trait-readings.ts';
import { readCoverage } from './table/coverage.ts';
import { currentKey, journeysKey, versionKey, type PartKind } from './table/definition-keys.ts';
import { unpack } from './table/pack.ts';
import { readParts } from './table/parts.ts';
import { Table } from './table/table.ts';

/** What is published may be so old. */
const cachedMs = 5_000;
/** A published version of a journey, and where its state machine runs. */
interface PinnedVersion {
  readonly journey: JourneyVersion;
  readonly machineArn: string;
}

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

  outdated(): void {
    this.readMs = -Infinity;
  }

  async current(): Promise<Definitions> {
    const nowMs = this.clock.nowMs();
    if (this.compiled && nowMs - this.readMs < cachedMs) return this.compiled;
    const [row] = await this.table.get([currentKey]);
    const hash = row?.['h']?.S;
    if (hash === undefined) throw new VersionUnknown('No documents have been published here yet.');
    const coverage = readCoverage(row) ?? unknownCoverage;
    if (this.compiled?.hash !== hash || this.compiled.coverage.number !== coverage.number) {
      // What an earlier release published had no documents beside journeys.
      const beside = { coupons: [], tables: [], events: [], calendars: [], traits: [] };
      const documents = { ...beside, ...((await this.parts(hash, 'documents')) as unknown as Documents) };
      await loadPatterns(documents);
      await loadTraitReadings(documents);
      await loadCatalogue(documents);
      // What templates ask for is known to whoever publishes: their texts are not read here.
      const groupTraits = readMentions(coverage.groups?.of ?? '');
      this.compiled = { ...publish(documents, hash, coverage), groupTraits };
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
    return (await this.parts(hash, 'templates')) as unknown as readonly PublishedTemplate[];
  }

  /** Tables that belong to published documents, with their rows. */
  async tables(hash: string): Promise<readonly ReferenceTable[]> {
    return (await this.parts(hash, 'tables')) as unknown as readonly ReferenceTable[];
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

  private async parts(hash: string, kind: PartKind): Promise<Json> {
    const found = await readParts(this.table, hash, kind);
    if (found === undefined) throw new VersionUnknown(`The documents ${hash} are not here.`);
    return found;
  }
}
