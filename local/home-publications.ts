import { compileJourney } from '../core/definitions.ts';
import { checkDocuments } from '../core/journey/check.ts';
import type { Documents } from '../core/journey/document.ts';
import {
  decidePublication,
  type DecidedPublication,
  type RefusedPublication,
} from '../core/journey/versions/publication.ts';
import { publishTemplates } from '../functions/parts/content/publish-templates.ts';
import { rendererOf, type Renderer } from '../functions/parts/content/renderer.ts';
import { templateProblems } from '../functions/parts/content/template-problems.ts';
import { readWorkflows } from '../functions/parts/read-workflows.ts';
import type { Publications } from '../functions/publish-documents/publish-documents.ts';
import { DocumentsRefused } from './definitions.ts';
import { PublicationStore } from './publications.ts';
import type { Database } from './store/database.ts';

/** Documents with their templates ready to be rendered. */
export interface Prepared {
  readonly documents: Documents;
  readonly renderer: Renderer;
}

/** Publishing at home: what is published is on the disk, and in use at once. */
export class HomePublications implements Publications {
  readonly store: PublicationStore;
  /** Takes up what was published. */
  onPublished: (prepared: Prepared) => void = () => undefined;
  private readonly cacheDir: string;

  constructor(db: Database, cacheDir: string) {
    this.store = new PublicationStore(db);
    this.cacheDir = cacheDir;
  }

  async state() {
    return this.store.state();
  }

  async put(next: DecidedPublication): Promise<RefusedPublication | undefined> {
    const { prepared, problems } = await this.prepare(next.documents);
    if (problems.some(({ severity }) => severity === 'error')) return { kind: 'refused', problems };
    this.write(next);
    this.onPublished(prepared);
    return undefined;
  }
  write(next: DecidedPublication): void {
    this.store.write(next, (journey) => compileJourney(journey).version);
  }

  async prepare(documents: Documents) {
    const { templates: files, workspace } = documents;
    const { templates, problems } = await publishTemplates({ files, workspace, cacheDir: this.cacheDir });
    return {
      prepared: { documents, renderer: rendererOf(templates, workspace) },
      problems: templateProblems(files, problems),
    };
  }

  /** Publishes what a folder says. @throws DocumentsRefused */
  open(folder: string, nowMs: number): DecidedPublication {
    const decided = decidePublication(this.store.state(), { files: readWorkflows(folder), by: 'start', nowMs });
    if (decided.kind === 'refused') throw new DocumentsRefused(decided.problems);
    this.write(decided);
    return decided;
  }

  /** What is published, for a home that is only looked at; where nothing is, what a folder says. @throws DocumentsRefused */
  look(folder: string): Documents {
    const { documents, problems } = checkDocuments(this.store.kept()?.files ?? readWorkflows(folder));
    if (!documents) throw new DocumentsRefused(problems);
    return documents;
  }
}
