import type { StoredEvent } from '../event/event.ts';
import type { EventRow } from '../ports.ts';
import type { Draft } from './draft.ts';

/** What was read of timelines: all events of these names, of everybody whom a decision may touch. */
export interface Remembered {
  readonly names: ReadonlySet<string>;
  readonly events: readonly StoredEvent[];
}
export const nothingRemembered: Remembered = { names: new Set(), events: [] };

/**
 * The past, as far as one decision asks for it. Few do, and none knows before it is made: names that were not read are noted, and
 * the decision is made again once they are.
 */
export class Recall {
  private readonly remembered: Remembered;
  private readonly unread = new Set<string>();

  constructor(remembered: Remembered) {
    this.remembered = remembered;
  }
  /** Names of events that are to be read. */
  get missing(): readonly string[] {
    return [...this.unread];
  }

  /**
   * What one person did before.
   * @param written in this decision, before now
   */
  of(
    profileId: string,
    draft: Draft,
    written: readonly EventRow[],
  ): (names: ReadonlySet<string>) => readonly EventRow[] {
    return (names) => {
      for (const name of names) if (!this.remembered.names.has(name)) this.unread.add(name);
      return [...this.remembered.events, ...written].filter(
        (event) => names.has(event.name) && draft.holderOf(event.profileId) === profileId,
      );
    };
  }
}
