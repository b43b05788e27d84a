import { standings } from '../../../core/experiment/best.ts';
import {
  experimentsIn,
  experimentSteps,
  lookForWinner,
  type Experiment,
} from '../../../core/experiment/decide-experiment.ts';
import { measured, type Measure } from '../../../core/experiment/measure.ts';
import { credibleInterval } from '../../../core/experiment/posterior.ts';
import { currentShares, type Ruling } from '../../../core/experiment/ruling.ts';
import { noCounts, type VariantCounts } from '../../../core/experiment/variant-counts.ts';
import type { Definitions, JourneyVersion } from '../../../core/definitions.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { ExperimentStore } from '../../../core/ports.ts';
import { toInstant } from '../../../core/time/instant.ts';

/** What experiments are told from. */
export interface ExperimentsView {
  readonly definitions: Definitions;
  readonly rulings: readonly Ruling[];
  readonly counts: ExperimentStore['counts'];
  readonly nowMs: number;
}

/** The experiments of a journey, as the API gives them: who met which variant, how they compare, and what was decided. */
export function presentExperiments(journey: JourneyVersion, view: ExperimentsView): Promise<readonly JsonObject[]> {
  const own = new Set(experimentSteps(journey).map(({ experiment }) => experiment));
  const wanted = experimentsIn(view.definitions).filter(({ id }) => own.has(id));
  return Promise.all(
    wanted.map(async (experiment) => {
      const counts = await view.counts(experiment.journeyIds);
      const mine = counts.filter((one) => one.experiment === experiment.id);
      return presentExperiment(experiment, mine, view);
    }),
  );
}

function presentExperiment(
  experiment: Experiment,
  counts: readonly VariantCounts[],
  { definitions, rulings, nowMs }: ExperimentsView,
): JsonObject {
  const own = rulings.filter((ruling) => ruling.experiment === experiment.id);
  const won = own.find(({ kind }) => kind === 'winner');
  const look = { nowMs, zone: definitions.workspace.timeZone };
  const decision = won ? undefined : lookForWinner(experiment, counts, own, look);
  const firstMs = Math.min(...counts.map((one) => one.firstMs));
  return {
    experiment: experiment.id,
    by: experiment.winner?.by ?? 'goal',
    ...(experiment.journeyIds.length > 1 && { journeys: experiment.journeyIds }),
    ...(firstMs < Infinity && { firstAt: toInstant(firstMs) }),
    ...(won && { winner: { variant: won.variant, at: toInstant(won.atMs), because: won.because } }),
    ...(decision && { verdict: decision.kind, because: decision.because }),
    variants: presentVariants(experiment, counts, own),
  };
}

function presentVariants(
  { id, variants, winner }: Experiment,
  counts: readonly VariantCounts[],
  own: readonly Ruling[],
): readonly JsonObject[] {
  const by: Measure = winner?.by ?? 'goal';
  const shares = new Map(currentShares(variants, own).map((share) => [share.id, share.percent]));
  // Variants of earlier versions are known by their people alone.
  const ids = [...new Set([...variants.map((variant) => variant.id), ...counts.map(({ variant }) => variant)])];
  const all = measured(
    ids.map((variant) => counts.find((one) => one.variant === variant) ?? noCounts(id, variant)),
    by,
  );
  const compared = standings(all.map(({ posterior }) => posterior));
  return all.map(
    ({ counts: { variant, exposed, goals, clicks, unsubscribes, complaints, valueSum }, posterior }, at) => {
      const barred = own.find((ruling) => ruling.kind === 'barred' && ruling.variant === variant);
      const [from, to] = credibleInterval(posterior, 0.95);
      return {
        ...{ id: variant, percent: variants.find((one) => one.id === variant)?.percent ?? 0 },
        ...{ percentNow: shares.get(variant) ?? 0, exposed, goals, value: valueSum, clicks, unsubscribes, complaints },
        ...(exposed > 0 && { estimate: posterior.mean, from, to, probabilityBest: compared[at]!.best }),
        ...(barred && { stopped: { at: toInstant(barred.atMs), because: barred.because } }),
      };
    },
  );
}
