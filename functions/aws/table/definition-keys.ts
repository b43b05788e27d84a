import type { Key } from './keys.ts';

/** The row that says which documents are current. */
export const currentKey: Key = { pk: 'definitions', sk: 'current' };
/** Ids of all journeys that were ever published here. */
export const journeysKey: Key = { pk: 'definitions', sk: 'journeys' };
/** What was published when and by whom, what is held, and which machines there are. */
export const publicationsKey: Key = { pk: 'definitions', sk: 'publications' };

/** What of a publication lies in parts: a row holds 400 KB. */
export type PartKind = 'documents' | 'templates' | 'tables' | 'files';
/** Where parts lie, and how their sort keys begin. */
export const partsOf = (hash: string, kind: PartKind): { readonly pk: string; readonly prefix: string } => ({
  pk: `definitions#${hash}`,
  prefix: `${kind}#`,
});
/** A published version of a journey: its document, and the state machine's version that runs it. */
export const versionKey = (journeyId: string, version: string): Key => ({ pk: `journey#${journeyId}`, sk: version });
