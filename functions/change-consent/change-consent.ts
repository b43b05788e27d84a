import { decideLoop } from '../../core/decide-loop.ts';
import type { Ports } from '../../core/ports.ts';
import { Draft, versionKey } from '../../core/profile/draft.ts';
import { isLater, type ConsentEntry, type ConsentStatus } from '../../core/profile/profile.ts';

export type ConsentPorts = Pick<Ports, 'profiles' | 'definitions' | 'clock' | 'ids'>;
export interface ConsentChange {
  readonly profileId: string;
  /** `<channel>/<purpose>` → what the person said. */
  readonly consent: { readonly [key: string]: ConsentStatus };
  readonly source: string;
}

/** Writes what a person said about being written to; what watches consent is resolved in the same commit. */
export const changeConsent =
  (ports: ConsentPorts) =>
  (change: ConsentChange): Promise<'changed' | 'unknown-profile'> =>
    decideLoop<'changed' | 'unknown-profile'>(ports, async (attemptId) => {
      const loaded = await ports.profiles.load(change.profileId);
      if (!loaded) return { answer: 'unknown-profile' };
      const { profile } = loaded;
      const nowMs = ports.clock.nowMs();
      const definitions = await ports.definitions.current();
      const stubs = profile.enrollments.filter((stub) => stub.isActive);
      const journeys = new Map(
        await Promise.all(
          stubs.map(
            async (stub) => [versionKey(stub), await ports.definitions.journey(stub.journeyId, stub.version)] as const,
          ),
        ),
      );
      const rows = await ports.profiles.enrollments(stubs.map((stub) => stub.enrollmentId));
      const enrollments = new Map(rows.map((row) => [row.enrollmentId, row]));
      const draft = new Draft({ definitions, nowMs, attemptId, enrollments, journeys }, [loaded]);
      const consent: { [key: string]: ConsentEntry } = { ...profile.consent };
      for (const [key, value] of Object.entries(change.consent)) {
        if (isLater(nowMs, attemptId, consent[key]))
          consent[key] = { value, ms: nowMs, id: attemptId, source: change.source };
      }
      draft.set({ ...profile, consent });
      draft.fact(profile.profileId, 'consent', change.source, { ...change.consent }, false);
      draft.settle(profile.profileId, definitions.profileRules, false);
      draft.resolve(profile.profileId, undefined, { isSilent: false, isProfileChanged: true });
      return { answer: 'changed', change: draft.change() };
    });
