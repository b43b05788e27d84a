import { decideLoop } from '../../core/decide-loop.ts';
import { readEnrolled } from '../../core/enrollment/read-enrolled.ts';
import type { DecisionPorts, PersonalData } from '../../core/ports.ts';
import { erasedProfile, erasureDelayMs, erasureSubject, type Receipt } from '../../core/privacy/erasure.ts';
import { Draft } from '../../core/profile/draft.ts';
import { historyIds } from '../../core/profile/profile.ts';

export interface EraseTask {
  readonly profileId: string;
  readonly by?: string;
  readonly why?: string;
}

/**
 * Begins to erase somebody. From this commit on nothing is decided about them, nothing is handed to them, and whatever
 * names them is passed over; their journeys end. What is kept of them goes afterwards ({@link finishErasure}), and a due
 * row sees to that if whoever asked does not.
 * @returns the receipt of this erasure, or of the one before
 */
export const erasePerson =
  (ports: DecisionPorts & { readonly personal: PersonalData }) =>
  ({ profileId, by, why }: EraseTask): Promise<Receipt | 'unknown-profile'> =>
    decideLoop<Receipt | 'unknown-profile'>(ports, async (attemptId) => {
      const loaded = await ports.profiles.load(profileId);
      if (!loaded) return { answer: 'unknown-profile' };
      const { profile } = loaded;
      if (profile.erasure) return { answer: (await ports.personal.receipt(profile.erasure.erasureId))! };
      const nowMs = ports.clock.nowMs();
      const definitions = await ports.definitions.current();
      const active = profile.enrollments.filter((stub) => stub.isActive);
      const enrolled = await readEnrolled(ports, active);
      const draft = new Draft({ definitions, nowMs, attemptId, ...enrolled }, [loaded]);
      for (const stub of active) {
        const row = draft.enrollment(stub.enrollmentId);
        if (row) draft.end(profile.profileId, stub, row, 'erased');
      }
      draft.set(erasedProfile(profile, attemptId, nowMs));
      draft.notDue(profile.profileId, 'profile');
      draft.dueAt(profile.profileId, erasureSubject, nowMs + erasureDelayMs);
      const receipt: Receipt = {
        erasureId: attemptId,
        profileId: profile.profileId,
        mergedIds: historyIds(profile).slice(1),
        sinceMs: profile.createdMs,
        status: 'erasing',
        askedMs: nowMs,
        ...(by !== undefined && { by }),
        ...(why !== undefined && { why }),
        deleted: {},
        tombstones: 0,
        suppressed: 0,
        attemptId,
      };
      return { answer: receipt, change: draft.change({ erasures: [receipt] }) };
    });
