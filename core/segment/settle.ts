import type { Definitions, Rule } from '../definitions.ts';
import type { Profile } from '../profile/profile.ts';

/** A membership that began or ended. */
export interface Edge {
  readonly kind: 'segment' | 'audience';
  readonly id: string;
  readonly edge: 'enter' | 'leave';
}

/** The person's own zone, else the workspace's. */
export const zoneOf = (profile: Profile, definitions: Definitions): string =>
  profile.timeZone?.value ?? definitions.workspace.timeZone;

/**
 * Brings memberships up to date for the rules that may have changed, in order of dependency.
 * @param rules those to look at; all of them where time has passed
 * @returns the profile (the same object where nothing changed) and the memberships that began or ended
 */
export function settleMemberships(
  profile: Profile,
  rules: readonly Rule[],
  definitions: Definitions,
  nowMs: number,
): { readonly profile: Profile; readonly edges: readonly Edge[] } {
  const zone = zoneOf(profile, definitions);
  const edges: Edge[] = [];
  let segments: { [id: string]: number } | undefined;
  let audiences: { [id: string]: number } | undefined;
  let changes: { [id: string]: number } | undefined;
  let current = profile;
  for (const rule of rules) {
    const view = { profile: current, nowMs, zone, states: current.conditions };
    // A converted person is never a member of an acquisition audience, whatever its condition says.
    const isBarred = rule.use === 'acquisition' && profile.convertedMs !== undefined;
    const isMember = !isBarred && rule.condition.isTrue(view);
    const changeMs = isBarred ? Infinity : rule.condition.nextChangeMs(view);
    const { changeKey } = rule;
    if (changeMs !== (current.changes[changeKey] ?? Infinity)) {
      changes ??= { ...profile.changes };
      if (changeMs === Infinity) delete changes[changeKey];
      else changes[changeKey] = changeMs;
    }
    const standing = rule.kind === 'segment' ? current.segments : current.audiences;
    if (isMember === Object.hasOwn(standing, rule.id)) continue;
    edges.push({ kind: rule.kind, id: rule.id, edge: isMember ? 'enter' : 'leave' });
    const members =
      rule.kind === 'segment' ? (segments ??= { ...profile.segments }) : (audiences ??= { ...profile.audiences });
    if (isMember) members[rule.id] = nowMs;
    else delete members[rule.id];
    if (rule.kind === 'segment') current = { ...current, segments: members };
  }
  if (!segments && !audiences && !changes) return { profile, edges };
  return {
    profile: {
      ...profile,
      segments: segments ?? profile.segments,
      audiences: audiences ?? profile.audiences,
      changes: changes ?? profile.changes,
    },
    edges,
  };
}

/** The earliest instant at which anything of the profile changes by time alone; `Infinity` for never. */
export function nextDueMs(profile: Profile): number {
  let earliest = Infinity;
  for (const id in profile.changes) earliest = Math.min(earliest, profile.changes[id]!);
  for (const stub of profile.enrollments)
    if (stub.isActive && stub.watchMs !== undefined) earliest = Math.min(earliest, stub.watchMs);
  return earliest;
}
