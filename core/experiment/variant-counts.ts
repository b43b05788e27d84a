import type { Exposures } from './exposure.ts';

/** People who met one variant, and what came of it: each person once, however often they were in the journey. */
export interface VariantCounts {
  readonly experiment: string;
  readonly variant: string;
  readonly exposed: number;
  /** The first of these exposures. */
  readonly firstMs: number;
  readonly goals: number;
  /** Of what each person's goals were worth, in major units: the sum, and the sum of squares. */
  readonly valueSum: number;
  readonly valueSquares: number;
  readonly clicks: number;
  readonly unsubscribes: number;
  readonly complaints: number;
}

/** What a variant stands at before anybody has met it. */
export const noCounts = (experiment: string, variant: string): VariantCounts => ({
  experiment,
  variant,
  exposed: 0,
  firstMs: Infinity,
  goals: 0,
  valueSum: 0,
  valueSquares: 0,
  clicks: 0,
  unsubscribes: 0,
  complaints: 0,
});

/** What one person's enrollments say of one variant. */
interface Met {
  readonly experiment: string;
  readonly variant: string;
  firstMs: number;
  value: number;
  hasGoal: boolean;
  hasClicked: boolean;
  hasUnsubscribed: boolean;
  hasComplained: boolean;
}

/** Counts exposures as they are read, enrollment by enrollment. */
export class ExposureTally {
  private readonly people = new Map<string, Met>();

  add(profileId: string, exposures: Exposures): void {
    for (const [experiment, exposure] of Object.entries(exposures)) {
      const { variant, atMs } = exposure;
      const met = this.metBy(profileId, experiment, variant, atMs);
      met.firstMs = Math.min(met.firstMs, atMs);
      met.value += exposure.value ?? 0;
      met.hasGoal ||= exposure.goalMs !== undefined;
      met.hasClicked ||= exposure.clickMs !== undefined;
      met.hasUnsubscribed ||= exposure.unsubscribedMs !== undefined;
      met.hasComplained ||= exposure.complainedMs !== undefined;
    }
  }
  private metBy(profileId: string, experiment: string, variant: string, firstMs: number): Met {
    const key = JSON.stringify([experiment, variant, profileId]);
    const standing = this.people.get(key);
    if (standing) return standing;
    const none = { value: 0, hasGoal: false, hasClicked: false, hasUnsubscribed: false, hasComplained: false };
    const met: Met = { experiment, variant, firstMs, ...none };
    this.people.set(key, met);
    return met;
  }

  /** In order of experiment, then variant. */
  counts(): readonly VariantCounts[] {
    const byVariant = Map.groupBy(this.people.values(), ({ experiment, variant }) =>
      JSON.stringify([experiment, variant]),
    );
    return [...byVariant]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, people]) => people.reduce(withPerson, noCounts(people[0]!.experiment, people[0]!.variant)));
  }
}

const withPerson = (counts: VariantCounts, met: Met): VariantCounts => ({
  ...counts,
  exposed: counts.exposed + 1,
  firstMs: Math.min(counts.firstMs, met.firstMs),
  goals: counts.goals + Number(met.hasGoal),
  valueSum: counts.valueSum + met.value,
  valueSquares: counts.valueSquares + met.value ** 2,
  clicks: counts.clicks + Number(met.hasClicked),
  unsubscribes: counts.unsubscribes + Number(met.hasUnsubscribed),
  complaints: counts.complaints + Number(met.hasComplained),
});
