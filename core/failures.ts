/** Errors that a workflow matches on; names are set by hand because bundlers rename classes. */

/** The enrollment has ended: the execution may stop. */
export class EnrollmentEnded extends Error {
  override readonly name = 'EnrollmentEnded';
}

/** The touch did not go its usual way; `message` is the JSON `{ "to", "wakeAt" }` for the Divert state. */
export class TouchDiverted extends Error {
  override readonly name = 'TouchDiverted';
  constructor(to: string, wakeAt: string) {
    super(JSON.stringify({ to, wakeAt }));
  }
}

/** Eight tries at one profile all met another writer; the caller may come again. */
export class StoreContended extends Error {
  override readonly name = 'StoreContended';
}

/** The store did not answer: whether the commit happened is not known. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** Documents are older than those that somebody's profile was filled with: they are read again. */
export class DefinitionsOutdated extends Error {
  override readonly name = 'DefinitionsOutdated';
}

/** A pinned journey version that this code cannot load: it is refused, never guessed. */
export class VersionUnknown extends Error {
  override readonly name = 'VersionUnknown';
}

/** Names that retriers list; everything else is caught once and marks the enrollment failed. */
export const retriable = ['StoreContended', 'StoreUnavailable'] as const;
