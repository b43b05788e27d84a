import type { Workspace } from '../journey/document.ts';
import { ownValue, type Profile } from '../profile/profile.ts';

/** More messages of one journey than this to one person within an hour are nobody's plan. */
const usualMost = 20;
const hourMs = 3_600_000;

/** Times of hand-overs, by journey: those of the last hour, webhooks among them. */
export type Handed = NonNullable<Profile['handed']>;

/** Whether one more message of a journey would be too many for this person. */
export const isRunaway = (
  handed: Handed | undefined,
  journeyId: string,
  workspace: Workspace,
  nowMs: number,
): boolean => withinTheHour(ownValue(handed ?? {}, journeyId), nowMs).length >= mostOf(workspace);

/** Hand-overs of one journey to one person within an hour at which its breaker trips. */
export const mostOf = ({ breaker }: Workspace): number => breaker?.atMost ?? usualMost;

/** With one more hand-over; those of more than an hour ago are forgotten, of all journeys. */
export function withHanded(handed: Handed | undefined, journeyId: string, nowMs: number): Handed {
  const recent = Object.entries(handed ?? {}).map(([id, times]) => [id, withinTheHour(times, nowMs)] as const);
  const kept = Object.fromEntries(recent.filter(([, times]) => times.length > 0));
  return { ...kept, [journeyId]: [...(ownValue(kept, journeyId) ?? []), nowMs] };
}

/** Without the hand-over of that instant, which the provider refused; `undefined` for all of a journey's. */
export function withoutHanded(handed: Handed, journeyId: string, atMs: number | undefined): Handed {
  const { [journeyId]: _, ...others } = handed;
  const times = ownValue(handed, journeyId) ?? [];
  const left = atMs === undefined ? [] : times.filter((_, index) => index !== times.lastIndexOf(atMs));
  return left.length === 0 ? others : { ...others, [journeyId]: left };
}

/** Of two people who became one. */
export function joinHanded(left: Handed | undefined, right: Handed | undefined): Handed | undefined {
  if (!left || !right) return left ?? right;
  const ids = new Set([...Object.keys(left), ...Object.keys(right)]);
  return Object.fromEntries(
    [...ids].map((id) => [id, [...(ownValue(left, id) ?? []), ...(ownValue(right, id) ?? [])].toSorted(byTime)]),
  );
}

const byTime = (a: number, b: number): number => a - b;
const withinTheHour = (times: readonly number[] | undefined, nowMs: number): readonly number[] =>
  (times ?? []).filter((ms) => ms > nowMs - hourMs);
