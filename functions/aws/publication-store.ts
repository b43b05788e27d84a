import { compileJourney, publish, type JourneyVersion } from '../../core/definitions.ts';
import { StoreContended } from '../../core/failures.ts';
import { idOf } from '../../core/hash.ts';
import { checkDocuments } from '../../core/journey/check.ts';
import type { Documents, Journey } from '../../core/journey/document.ts';
import type { WorkflowFile } from '../../core/journey/read-documents.ts';
import { currentOf } from '../../core/journey/versions/current.ts';
import type { SaidSoFar } from '../../core/journey/versions/deployment.ts';
import type { KnownVersion, Standing } from '../../core/journey/versions/plan-change.ts';
import type {
  DecidedPublication,
  Held,
  PublicationRecord,
  PublicationState,
} from '../../core/journey/versions/publication.ts';
import { coverageAfter, unknownCoverage, type Coverage } from '../../core/segment/coverage.ts';
import type { PublishedTemplate } from '../parts/content/renderer.ts';
import { publicationOf } from '../parts/publication.ts';
import { realClock } from './real-clock.ts';
import { loadCatalogue } from './event-catalogue.ts';
import { loadTraitReadings } from './trait-readings.ts';
import { layDefinitions } from './lay-definitions.ts';
import { coverageItem, readCoverage, sameCoverage } from './table/coverage.ts';
import { currentKey, publicationsKey, versionKey } from './table/definition-keys.ts';
import { pack, unpack } from './table/pack.ts';
import type { Item } from './table/profile-rows.ts';
import { readParts, writeParts } from './table/parts.ts';
import { keyOf, type Table } from './table/table.ts';

/** What is kept of publications beside the documents: one row, since it is decided on as a whole. */
interface Kept extends SaidSoFar {
  readonly records: readonly PublicationRecord[];
  readonly held: Held;
  /** Hash under which the files lie that are current. */
  readonly files: string;
  /** Journey → ARN of the state machine of which its next version is made. */
  readonly machines: { readonly [journeyId: string]: string };
}
/** What becomes current, and the row in whose place. */
interface Next {
  readonly hash: string;
  readonly coverage: Coverage;
  readonly standing: Item | undefined;
}
interface Read {
  readonly kept: Kept | undefined;
  /** Goes up with each publication. */
  readonly revision: number;
}

/** What of the state is known without counting people. */
type Published = Omit<PublicationState, 'versions' | 'inside'> & { readonly records: readonly PublicationRecord[] };

/** Names files by all that they say. */
export const hashOfFiles = (files: readonly WorkflowFile[]): string =>
  idOf('files', JSON.stringify(files.map(({ path, text }) => [path, text])));

/** How one publication is made. */
export interface PublicationOptions {
  readonly table: Table;
  /** Compiled templates of the documents; absent where those that are current stay. */
  readonly templates?: readonly PublishedTemplate[];
  /** What becomes known of folders by it; absent where no folder is published. */
  readonly saying?: Partial<SaidSoFar>;
  /**
   * ARN of the state machine's version that runs a version of a journey.
   * @param standing of the same, where it was published before
   * @param machineArn where the journey has a machine
   */
  readonly machineOf: (
    journey: JourneyVersion,
    standing: string | undefined,
    machineArn: string | undefined,
  ) => Promise<string>;
  /** Lets in beforehand what will be current. */
  readonly open: (journeys: readonly JourneyVersion[]) => Promise<void>;
  /** Lets rules follow what is current now. */
  readonly settle: (journeys: readonly JourneyVersion[]) => Promise<void>;
  /** Who stands where, in these journeys. */
  readonly inside: (journeyIds: readonly string[]) => Promise<readonly Standing[]>;
}

/**
 * Publishing on AWS. Machines and documents come first, of which nobody reads anything yet, and rules that let in more;
 * then one transaction makes them current, and rules follow. A try that dies anywhere is tried again, and ends the same.
 */
export class DynamoPublications {
  private readonly options: PublicationOptions;
  private revision = 0;
  constructor(options: PublicationOptions) {
    this.options = options;
  }

  /** What folders said, of those that were published. */
  async said(): Promise<SaidSoFar | undefined> {
    return (await this.read()).kept;
  }

  async records(journeyId: string): Promise<readonly PublicationRecord[]> {
    return ((await this.read()).kept?.records ?? []).filter((record) => record.journeyId === journeyId);
  }

  /** @param journeyId whose people alone are counted; absent for all */
  async state(journeyId?: string): Promise<PublicationState> {
    const published = await this.published();
    const { records } = published;
    return {
      ...published,
      versions: await this.versions(records),
      inside: await this.options.inside(
        journeyId === undefined ? [...new Set(records.map((one) => one.journeyId))] : [journeyId],
      ),
    };
  }

  /** What is published, without looking at anybody who is inside. */
  async published(): Promise<Published> {
    const { kept, revision } = await this.read();
    this.revision = revision;
    const { records = [], held = {} } = kept ?? {};
    const files = kept && (await this.files(kept));
    return { files, documents: files && checkDocuments(files).documents, held, current: currentOf(records), records };
  }

  /** Puts a publication into force, as it was decided of the state that was read last. @throws StoreContended */
  async put(
    { files, documents, held, records }: DecidedPublication,
    saying: Partial<SaidSoFar> = this.options.saying ?? {},
  ): Promise<undefined> {
    const { table, open, settle } = this.options;
    const { kept } = await this.read();
    const journeys = documents.journeys.map((document) => compileJourney(document));
    const machines = await this.machinesOf(journeys, kept);
    const publication = publicationOf(documents, await this.templates(documents));
    await layDefinitions(table, publication, machines);
    const hash = hashOfFiles(files);
    await writeParts(table, hash, 'files', files);
    // Where nothing is current yet, nobody can be missed.
    if (kept) await open(journeys);
    const standing = await table.row(currentKey);
    await this.commit(
      { hash: publication.hash, coverage: await this.coverage(standing, documents), standing },
      {
        records: [...(kept?.records ?? []), ...records],
        held,
        files: hash,
        said: saying.said ?? kept?.said ?? hash,
        deployed: saying.deployed ?? kept?.deployed ?? '',
        machines: {
          ...kept?.machines,
          ...Object.fromEntries([...machines].map(([id, arn]) => [id, machineOfVersion(arn)])),
        },
      },
    );
    await settle(journeys);
    // Somebody may have published between the two: rules follow the last word, not the last to be written.
    if ((await this.read()).revision !== this.revision) await this.settle();
    return undefined;
  }

  /** Lets rules follow what is current, whoever changed them. */
  async settle(): Promise<void> {
    do {
      const { documents } = await this.published();
      if (documents) await this.options.settle(documents.journeys.map((document) => compileJourney(document)));
    } while ((await this.read()).revision !== this.revision);
  }

  private async machinesOf(
    journeys: readonly JourneyVersion[],
    kept: Kept | undefined,
  ): Promise<ReadonlyMap<string, string>> {
    const arns = new Map<string, string>();
    for (const journey of journeys) {
      const row = await this.options.table.row(versionKey(journey.id, journey.version));
      arns.set(journey.id, await this.options.machineOf(journey, row?.['arn']?.S, kept?.machines[journey.id]));
    }
    return arns;
  }

  /** What people are to be filled with from now on. */
  private async coverage(row: Item | undefined, documents: Documents): Promise<Coverage> {
    const before = row && (readCoverage(row) ?? unknownCoverage);
    await loadTraitReadings(documents);
    await loadCatalogue(documents);
    return coverageAfter(before, documents, publish(documents), realClock.nowMs());
  }

  /** The rows that make it current, both or neither. */
  private async commit({ hash, coverage, standing }: Next, kept: Kept): Promise<void> {
    const { table } = this.options;
    const revision = { N: String(this.revision + 1) };
    const state = { ...keyOf(publicationsKey), b: { B: pack(kept) }, v: revision };
    const isAsRead =
      this.revision === 0
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : { ConditionExpression: 'v = :read', ExpressionAttributeValues: { ':read': { N: String(this.revision) } } };
    const current = { ...keyOf(currentKey), h: { S: hash } };
    const done = await table.write([
      { Put: { TableName: table.name, Item: state, ...isAsRead } },
      // Tables of ranks may have been made meanwhile, which stand in the same row.
      { Put: { TableName: table.name, Item: { ...current, ...coverageItem(coverage) }, ...sameCoverage(standing) } },
    ]);
    if (done === 'conflict')
      throw new StoreContended('Somebody else has published meanwhile; nothing of this was. Plan it again.');
    this.revision += 1;
  }

  private async read(): Promise<Read> {
    const row = await this.options.table.row(publicationsKey);
    if (!row) return { kept: undefined, revision: 0 };
    return { kept: unpack(row['b']!.B!) as unknown as Kept, revision: Number(row['v']!.N) };
  }
  private async files({ files }: Kept): Promise<readonly WorkflowFile[]> {
    return (await readParts(this.options.table, files, 'files')) as unknown as readonly WorkflowFile[];
  }
  /** Those that came with the documents, or else those that are current. */
  private async templates({ templates: wanted }: Documents): Promise<readonly PublishedTemplate[]> {
    const { table, templates } = this.options;
    const hash = templates ? '' : ((await table.row(currentKey))?.['h']?.S ?? '');
    const found = templates ?? ((await readParts(table, hash, 'templates')) as unknown as readonly PublishedTemplate[]);
    const files = new Set((found ?? []).map(({ file }) => file));
    const missing = wanted.filter(({ file }) => !files.has(file));
    if (missing.length > 0) throw new RangeError(`Templates came without what they compile to: ${missing[0]!.file}.`);
    return found;
  }

  private async versions(records: readonly PublicationRecord[]): Promise<readonly KnownVersion[]> {
    const known = new Map(records.map((one) => [`${one.journeyId}/${one.version}`, one]));
    const keys = [...known.values()].map(({ journeyId, version }) => versionKey(journeyId, version));
    const rows = await this.options.table.get(keys);
    return rows.map((row) => {
      const document = unpack(row['b']!.B!) as unknown as Journey;
      const { journeyId, version, number } = known.get(`${document.id}/${row['sk']!.S!}`)!;
      return { journeyId, version, number, document };
    });
  }
}

/** ARN of the machine that a version is of. */
const machineOfVersion = (versionArn: string): string => versionArn.replace(/:\d+$/, '');
