import type { Change, DueRow } from '../ports.ts';

/** Due rows as one decision has them so far: one for each profile and subject. */
export class DueChanges {
  private readonly wanted = new Map<string, Omit<DueRow, 'dueMs'> & { readonly dueMs: number | undefined }>();

  at(profileId: string, subject: string, dueMs: number): void {
    this.wanted.set(`${profileId}/${subject}`, { profileId, subject, dueMs });
  }
  not(profileId: string, subject: string): void {
    this.wanted.set(`${profileId}/${subject}`, { profileId, subject, dueMs: undefined });
  }

  /**
   * What is to be written and taken away. A row that moves is taken away where it stood.
   * @param pendingMs when the row that stands now was to fire; `undefined` for none, or where that is not known
   */
  changes(
    pendingMs: (profileId: string, subject: string) => number | undefined,
  ): Required<Pick<Change, 'due' | 'undue'>> {
    const due: DueRow[] = [];
    const undue: NonNullable<Change['undue']>[number][] = [];
    for (const { profileId, subject, dueMs } of this.wanted.values()) {
      const standingMs = pendingMs(profileId, subject);
      if (dueMs !== undefined && dueMs !== standingMs) due.push({ profileId, subject, dueMs });
      const isMoved = standingMs !== undefined && standingMs !== dueMs;
      if (dueMs === undefined || isMoved)
        undue.push({ profileId, subject, ...(standingMs !== undefined && { dueMs: standingMs }) });
    }
    return { due, undue };
  }
}
