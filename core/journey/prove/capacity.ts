import type { FrequencyCap } from '../document.ts';
import { timesIn } from './span.ts';

/** Messages that the same caps count, by the numbers of those caps. */
export type Group = readonly number[];

/** No more than so many messages of some groups. */
interface Limit {
  readonly groups: readonly string[];
  readonly atMost: number;
}
/** How many messages could come in a stretch of time, were there no caps. */
export interface Supply {
  readonly groups: readonly Group[];
  /** Of all groups together. */
  readonly total: number;
  /** Of one group by itself. */
  readonly of: (group: Group) => number;
}

export const groupKey = (group: Group): string => group.join();

/** Above what the nine ready journeys and their caps need a hundred times over. */
const mostTries = 200_000;

/**
 * The most messages that a workspace's caps let through in a stretch of time, at most `most`: a stretch is covered by so many
 * windows of each cap, and each lets its number through. An upper bound, whatever the order in which they come.
 */
export function mostThroughCaps(caps: readonly FrequencyCap[], within: string, supply: Supply, most: number): number {
  const groups = supply.groups.map(groupKey);
  const limits: readonly Limit[] = [
    { groups, atMost: supply.total },
    ...supply.groups.map((group) => ({ groups: [groupKey(group)], atMost: supply.of(group) })),
    ...caps.map((cap, index) => ({
      groups: supply.groups.filter((group) => group.includes(index)).map(groupKey),
      atMost: cap.atMost * timesIn(within, cap.within),
    })),
  ];
  return new Packing(groups, limits, most).most();
}

/** Finds how many things of some groups fit under limits on several groups at once. */
class Packing {
  private readonly groups: readonly string[];
  private readonly limits: readonly Limit[];
  private readonly goal: number;
  private best = 0;
  private tries = 0;

  constructor(groups: readonly string[], limits: readonly Limit[], goal: number) {
    this.groups = groups;
    this.limits = limits.filter((limit) => limit.groups.length > 0);
    this.goal = goal;
  }

  most(): number {
    this.fill(
      0,
      0,
      this.limits.map(({ atMost }) => atMost),
    );
    // Too many ways to try them all: the goal is not excluded.
    return this.tries > mostTries ? this.goal : this.best;
  }

  private fill(index: number, count: number, left: readonly number[]): void {
    this.best = Math.max(this.best, Math.min(count, this.goal));
    const group = this.groups[index];
    if (group === undefined || this.best >= this.goal || ++this.tries > mostTries) return;
    if (count + this.roomFor(index, left) <= this.best) return;
    for (let taken = Math.min(this.room(group, left), this.goal - count); taken >= 0; taken--) {
      const rest = left.map((one, at) => (this.limits[at]!.groups.includes(group) ? one - taken : one));
      this.fill(index + 1, count + taken, rest);
    }
  }

  /** How many of one group still fit. */
  private room(group: string, left: readonly number[]): number {
    return Math.min(...left.filter((_, at) => this.limits[at]!.groups.includes(group)));
  }
  /** No fewer than still fit of this and all later groups. */
  private roomFor(index: number, left: readonly number[]): number {
    const sum = this.groups.slice(index).reduce((all, group) => all + this.room(group, left), 0);
    return Math.min(sum, left[0]!);
  }
}
