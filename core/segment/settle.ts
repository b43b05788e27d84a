import type { Definitions, Rule } from '../definitions.ts';
import { ownValue, type Profile } from '../profile/profile.ts';
import { viewOf } from './view.ts';

/** A membership that began or ended. */
export interface Edge {
  readonly kind: 'segment' | 'audience';
  readonly id: string;
  readonly edge: 'enter' | 'leave';
}

/** Memberships as they are now. */
export interface Settled {
  /** The same object where nothing changed. */
  readonly profile: Profile;
  readonly edges: readonly Edge[];
  /** When one of the rules that were looked at next changes by time alone; `Infinity` for never. */
  readonly nextChangeMs: number;
}

/**
 * Brings memberships up to date for the rules that may have changed, in order of dependency.
 * @param rules those to look at; all of them where time has passed
 * @param isByEvents whether nothing but states has changed, by events alone, since all of them were right; their next
 * changes are known since then. Whoever is in a segment that events only keep them in longer is not asked again.
 */
export function settleMemberships(
  profile: Profile,
  rules: readonly Rule[],
  definitions: Definitions,
  nowMs: number,
  isByEvents = false,
): Settled {
  const edges: Edge[] = [];
  let nextChangeMs = Infinity;
  let segments: { [id: string]: number } | undefined;
  let audiences: { [id: string]: number } | undefined;
  let view = viewOf(profile, definitions, nowMs);
  for (const rule of rules) {
    // Nobody is a member of it yet who was looked at before: most rules are passed by here.
    if (isByEvents && lacksEvents(rule, profile)) continue;
    const standing = rule.kind === 'segment' ? view.profile.segments : view.profile.audiences;
    const wasMember = Object.hasOwn(standing, rule.id);
    if (isByEvents && wasMember && rule.condition.isRising) continue;
    // A converted person is never a member of an acquisition audience, whatever its condition says.
    const isBarred = rule.use === 'acquisition' && profile.convertedMs !== undefined;
    const override = rule.kind === 'audience' ? ownValue(profile.overrides ?? {}, rule.id) : undefined;
    const isMember = !isBarred && (override?.value ?? rule.condition.isTrue(view));
    const isForGood = !isMember && rule.condition.isRising;
    if (!isBarred && !override && !isForGood) nextChangeMs = Math.min(nextChangeMs, rule.condition.nextChangeMs(view));
    if (isMember === wasMember) continue;
    edges.push({ kind: rule.kind, id: rule.id, edge: isMember ? 'enter' : 'leave' });
    const members =
      rule.kind === 'segment' ? (segments ??= { ...profile.segments }) : (audiences ??= { ...profile.audiences });
    if (isMember) members[rule.id] = nowMs;
    else delete members[rule.id];
    // Rules that ask about a segment come after it, and see what has become of it.
    if (rule.kind === 'segment' && view.profile.segments !== members)
      view = { ...view, profile: { ...view.profile, segments: members } };
  }
  if (!segments && !audiences) return { profile, edges, nextChangeMs };
  const settled = { ...profile, segments: segments ?? profile.segments, audiences: audiences ?? profile.audiences };
  return { profile: settled, edges, nextChangeMs };
}

/** Whether a rule is false for want of events, and was before the last of them. */
function lacksEvents({ condition: { needs } }: Rule, { conditions }: Profile): boolean {
  if (needs === undefined) return false;
  const state = conditions[needs.key];
  return (Array.isArray(state) ? state.length : 0) < needs.times;
}
