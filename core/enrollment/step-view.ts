import type { StoredEvent } from '../event/event.ts';
import { compiledMatchOnce } from '../journey/match.ts';
import type { StepView } from '../journey/roles/role.ts';
import { roleOf } from '../journey/roles/role-of.ts';
import type { Profile } from '../profile/profile.ts';
import { compiledOnce, seedStates } from '../segment/compile-condition.ts';
import { viewOf, zoneOf } from '../segment/view.ts';
import type { TouchInput } from './touch.ts';
import type { Enrollment, Stretch } from './enrollment.ts';
import { isByMachine, isMatch } from './resolve.ts';

/** What the steps of a touch are asked with, at one moment of its walk. */
export function stepView(input: TouchInput, row: Enrollment, profile: Profile): StepView {
  const { definitions, nowMs, history, touch, rulings } = input;
  const zone = zoneOf(profile, definitions);
  const asked = touch.nodes.flatMap(({ step }) => {
    const { role } = roleOf(step);
    return role.role === 'list' || role.role === 'end' ? [] : (role.asks?.(step) ?? []);
  });
  const leaves = asked.flatMap((condition) => compiledOnce(condition).leaves);
  return {
    ...viewOf(profile, definitions, nowMs),
    states: leaves.length === 0 ? {} : seedStates(leaves, history, zone),
    ...(row.event && { event: row.event }),
    saved: row.saved,
    enrollment: row,
    workspace: definitions.workspace,
    ...(rulings && { rulings }),
    hasHappened: (match, since) => {
      const compiled = compiledMatchOnce(match);
      return history.some((event) => isSince(event, since, row) && isMatch(compiled, event, row, zone));
    },
    instantsOf: (names) =>
      history.filter((event) => names.includes(event.name) && !isByMachine(event)).map(({ occurredMs }) => occurredMs),
  };
}

/** Accepted after the stretch began; under another name of the person, versions do not compare. */
const isSince = (event: StoredEvent, since: Stretch, { profileId }: Enrollment): boolean =>
  !event.isSilent &&
  (event.profileId === profileId ? event.version > since.sinceVersion : event.receivedMs > since.sinceMs);
