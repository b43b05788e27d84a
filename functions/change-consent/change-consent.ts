import { decideLoop } from '../../core/decide-loop.ts';
import { readEnrolled } from '../../core/enrollment/read-enrolled.ts';
import type { DecisionPorts } from '../../core/ports.ts';
import { Draft } from '../../core/profile/draft.ts';
import { withConsent } from '../../core/profile/consent.ts';
import type { ConsentEntry, ConsentStatus } from '../../core/profile/profile.ts';

export interface ConsentChange {
  readonly profileId: string;
  /** `<channel>/<purpose>` → what the person said. */
  readonly consent: { readonly [key: string]: ConsentStatus };
  readonly source: string;
}

/** Writes what a person said about being written to; what watches consent is resolved in the same commit. */
export const changeConsent =
  (ports: DecisionPorts) =>
  (change: ConsentChange): Promise<'changed' | 'unknown-profile'> =>
    decideLoop<'changed' | 'unknown-profile'>(ports, async (attemptId) => {
      const loaded = await ports.profiles.load(change.profileId);
      if (!loaded || loaded.profile.isErased) return { answer: 'unknown-profile' };
      const { profile } = loaded;
      const nowMs = ports.clock.nowMs();
      const definitions = await ports.definitions.current();
      const active = profile.enrollments.filter((stub) => stub.isActive);
      const enrolled = await readEnrolled(ports, active);
      const draft = new Draft({ definitions, nowMs, attemptId, ...enrolled }, [loaded]);
      let changed = profile;
      for (const [key, value] of Object.entries(change.consent)) {
        const entry = { value, ...stampAfter(profile.consent[key], nowMs, attemptId), source: change.source };
        changed = { ...changed, consent: withConsent(changed, key, entry) };
      }
      draft.set(changed);
      draft.fact(profile.profileId, 'consent', change.source, { ...change.consent }, false);
      draft.settle(profile.profileId, definitions.profileRules, false);
      draft.resolve(profile.profileId, undefined, { isProfileChanged: true });
      return { answer: 'changed', change: draft.change() };
    });

/** What is said now is the last word, also at the very instant of an earlier one. */
function stampAfter(
  standing: ConsentEntry | undefined,
  nowMs: number,
  id: string,
): { readonly ms: number; readonly id: string } {
  const said = standing ? [standing, ...(standing.others ?? [])] : [];
  const ms = Math.max(nowMs, ...said.map((one) => one.ms));
  const lastId = said.filter((one) => one.ms === ms).reduce((last, one) => (one.id > last ? one.id : last), '');
  return { ms, id: id > lastId ? id : `${lastId}~` };
}
