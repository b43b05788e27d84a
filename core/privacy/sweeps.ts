/** Somebody who was erased, and of whom the lake may still have lines. */
export interface Unswept {
  readonly erasureId: string;
  readonly ids: readonly string[];
  /** Since when the person was known: no line is older. */
  readonly sinceMs: number;
  readonly doneMs: number;
}

/** One way through the lake, for everybody who waited when it began. */
export interface Sweep {
  readonly people: readonly Unswept[];
  readonly startedMs: number;
  /** Objects up to this key are clean. */
  readonly after: string;
  /** Objects that were looked at, and lines that were taken out of them. */
  readonly objects: number;
  readonly taken: number;
  /** Objects that could not be read. */
  readonly unread: number;
}

/** Which erasures wait for the lake, and how far its sweep has come. */
export interface Sweeps {
  /** Those that were done by then, the oldest first. */
  waiting(doneByMs: number, most: number): Promise<readonly Unswept[]>;
  current(): Promise<Sweep | undefined>;
  advance(sweep: Sweep): Promise<void>;
  /** Writes into the receipts that it is over, and forgets it. Safe to repeat. */
  end(sweep: Sweep, atMs: number): Promise<void>;
}

/** The objects of the lake, in order of their keys. */
export interface LakeObjects {
  /** The first key of a day, before which nothing of it lies. */
  dayKey(ms: number): string;
  list(after: string, most: number): Promise<readonly string[]>;
  /** `undefined` for one that is gone; what it is refused with where it cannot be read. */
  read(
    key: string,
  ): Promise<{ readonly text: string; readonly version: string } | { readonly unread: string } | undefined>;
  /** @returns whether it was still the version that was read */
  write(key: string, text: string, version: string): Promise<boolean>;
}
