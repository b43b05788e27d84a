import type { Change, IdentityKey } from '../ports.ts';

type IdentityRow = NonNullable<Change['identities']>[number];

/** Who owns which identity: as the rows say, and as one decision has it so far. Lives for one decision only. */
export class Owners {
  /** As the rows say, which may name a profile that was merged since. */
  private readonly rows: ReadonlyMap<IdentityKey, string>;
  private readonly current: Map<IdentityKey, string>;
  private readonly erased: ReadonlyMap<IdentityKey, number>;
  private readonly given = new Map<IdentityKey, string>();

  /**
   * @param current the same keys, each with the profile that its row leads to
   * @param erased keys of people who were erased, with the instant
   */
  constructor(
    rows: ReadonlyMap<IdentityKey, string>,
    current: ReadonlyMap<IdentityKey, string>,
    erased: ReadonlyMap<IdentityKey, number>,
  ) {
    this.rows = rows;
    this.erased = erased;
    this.current = new Map(current);
  }

  of(key: IdentityKey): string | undefined {
    return this.current.get(key);
  }
  /** Until when a key was somebody's who was erased. */
  erasedMs(key: IdentityKey): number | undefined {
    return this.erased.get(key);
  }
  give(key: IdentityKey, profileId: string): void {
    this.current.set(key, profileId);
    this.given.set(key, profileId);
  }
  /** Everything that one profile owns becomes another's. */
  moveAll(from: string, to: string): void {
    for (const [key, owner] of this.current) if (owner === from) this.give(key, to);
  }
  /** What is to be written. A row is moved from the owner that it names itself: a pointer that was followed is no row. */
  changes(): readonly IdentityRow[] {
    return [...this.given].map(([key, profileId]) => {
      const from = this.rows.get(key);
      return { key, profileId, ...(from !== undefined && { from }) };
    });
  }
}
