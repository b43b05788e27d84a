import type { Ruling } from '../core/experiment/ruling.ts';
import type { VariantCounts } from '../core/experiment/variant-counts.ts';
import type { ExperimentStore } from '../core/ports.ts';

/** Looks by an hourly clock go by counts of which at most this part has changed since. */
const bornePart = 0.01;

interface Counted {
  readonly counts: readonly VariantCounts[];
  readonly people: number;
  readonly change: number;
}

/** Experiments that are looked at far more often than anything happens in them: they are counted again where it matters. */
export class SparingCounts implements ExperimentStore {
  private readonly experiments: ExperimentStore;
  private readonly changes: () => number;
  private readonly counted = new Map<string, Counted>();

  /** @param changes how often somebody met a variant, or an outcome of that was written, so far */
  constructor(experiments: ExperimentStore, changes: () => number) {
    this.experiments = experiments;
    this.changes = changes;
  }

  async counts(journeyIds: readonly string[]): Promise<readonly VariantCounts[]> {
    const key = JSON.stringify(journeyIds);
    const standing = this.counted.get(key);
    const change = this.changes();
    if (standing && change - standing.change <= standing.people * bornePart) return standing.counts;
    const counts = await this.experiments.counts(journeyIds);
    const people = counts.reduce((sum, { exposed }) => sum + exposed, 0);
    this.counted.set(key, { counts, people, change });
    return counts;
  }

  rule(ruling: Ruling): Promise<'ruled' | 'stands'> {
    return this.experiments.rule(ruling);
  }
}
