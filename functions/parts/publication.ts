import { hashOf } from '../../core/definitions.ts';
import { idOf } from '../../core/hash.ts';
import type { Documents } from '../../core/journey/document.ts';
import type { WorkflowFile } from '../../core/journey/read-documents.ts';
import type { PublishedTemplate } from './content/renderer.ts';

/** Documents as they are published: checked, their templates ready to be rendered. */
export interface Publication {
  /** Of all that is in it: what is published under a hash never changes. */
  readonly hash: string;
  /** Templates without their text. */
  readonly documents: Documents;
  readonly templates: readonly PublishedTemplate[];
}

/** What a deployment carries to be published. */
export interface Deployable {
  /** Of the documents as they are written. */
  readonly source: string;
  readonly files: readonly WorkflowFile[];
  /** Of all templates, compiled. */
  readonly templates: readonly PublishedTemplate[];
}

/** Checked documents with their compiled templates. */
export const publicationOf = (documents: Documents, templates: readonly PublishedTemplate[]): Publication => ({
  // Of what is rendered too: a release that compiles MJML otherwise publishes something else.
  hash: idOf('publication', hashOf(documents), JSON.stringify(templates)),
  documents: { ...documents, templates: documents.templates.map((file) => ({ ...file, text: '' })) },
  templates,
});
