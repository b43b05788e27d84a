import { compileJourney, publish, type Definitions, type JourneyVersion } from '../core/definitions.ts';
import { VersionUnknown } from '../core/failures.ts';
import { compileStateMachine, functionNames } from '../core/journey/compile.ts';
import type { Documents, Journey } from '../core/journey/document.ts';
import type { Clock, DefinitionStore } from '../core/ports.ts';
import type { Problem } from '../core/problem.ts';
import { coverageAfter } from '../core/segment/coverage.ts';
import { compileMachine, type Machine } from './interpreter/definition.ts';
import { readCoverage } from './store/coverage.ts';
import type { Database } from './store/database.ts';

/** A workflows folder that cannot be published. */
export class DocumentsRefused extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(`The workflows have ${problems.length} problems.`);
    this.problems = problems;
  }
}

/** What is published, and the versions that people are inside of, which stay in the data folder. */
export class HomeDefinitions implements DefinitionStore {
  private published: { readonly documents: Documents; readonly definitions: Definitions };
  private readonly db: Database;
  private readonly clock: Pick<Clock, 'nowMs'>;
  private readonly versions = new Map<string, JourneyVersion>();
  private readonly machines = new Map<string, Machine>();

  constructor(db: Database, documents: Documents, clock: Pick<Clock, 'nowMs'>) {
    this.db = db;
    this.clock = clock;
    this.published = this.use(documents);
  }

  /** Makes documents the current ones; their journeys are in the data folder already. */
  use(documents: Documents): { readonly documents: Documents; readonly definitions: Definitions } {
    const standing = readCoverage(this.db);
    const bare = publish(documents, undefined, standing);
    const definitions = { ...bare, coverage: coverageAfter(standing, documents, bare, this.clock.nowMs()) };
    for (const journey of definitions.journeys.values()) this.versions.set(`${journey.id}/${journey.version}`, journey);
    this.published = { documents, definitions };
    return this.published;
  }

  get documents(): Documents {
    return this.published.documents;
  }
  get now(): Definitions {
    return this.published.definitions;
  }
  async current(): Promise<Definitions> {
    return this.published.definitions;
  }

  /** What is current here is never old. */
  outdated(): void {}

  async journey(journeyId: string, version: string): Promise<JourneyVersion> {
    return this.version(journeyId, version);
  }
  private version(journeyId: string, version: string): JourneyVersion {
    const key = `${journeyId}/${version}`;
    const standing = this.versions.get(key);
    if (standing) return standing;
    const row = this.db.get<{ body: string }>(
      'SELECT body FROM documents WHERE kind = ? AND id = ? AND hash = ?',
      'journey',
      journeyId,
      version,
    );
    if (!row) throw new VersionUnknown(`Journey ${journeyId} has no version ${version} here.`);
    const journey = compileJourney(JSON.parse(row.body) as Journey);
    this.versions.set(key, journey);
    return journey;
  }

  /** The compiled state machine of a version, ready to run. */
  async machine(journeyId: string, version: string): Promise<Machine> {
    const key = `${journeyId}/${version}`;
    let machine = this.machines.get(key);
    if (!machine) {
      machine = compileMachine(withLocalFunctions(compileStateMachine(this.version(journeyId, version))));
      this.machines.set(key, machine);
    }
    return machine;
  }
}

/** Puts this home's function names where a deployment puts ARNs. */
export function withLocalFunctions(definition: unknown): unknown {
  let text = JSON.stringify(definition);
  for (const [name, placeholder] of Object.entries(functionNames))
    text = text.replaceAll(JSON.stringify(placeholder), JSON.stringify(name));
  return JSON.parse(text) as unknown;
}
