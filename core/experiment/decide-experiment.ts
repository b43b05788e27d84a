import type { Definitions, JourneyVersion } from '../definitions.ts';
import type { ExperimentStep } from '../journey/document.ts';
import { addDuration } from '../time/duration.ts';
import { decideGuardrails } from './decide-guardrails.ts';
import { decideWinner, type WinnerDecision } from './decide-winner.ts';
import type { Ruling } from './ruling.ts';
import { noCounts, type VariantCounts } from './variant-counts.ts';

/** An experiment as it is published, in every journey that has it. */
export interface Experiment {
  readonly id: string;
  readonly variants: ExperimentStep['variants'];
  /** Where several journeys have the experiment, that of the first of them that names one, by id. */
  readonly winner?: NonNullable<ExperimentStep['winner']>;
  readonly journeyIds: readonly string[];
}

/** When it is decided. */
export interface Look {
  readonly nowMs: number;
  /** In which days are counted: the workspace's. */
  readonly zone: string;
}

/** The experiments of one version of a journey, in the order of its document. */
export const experimentSteps = ({ plan }: JourneyVersion): readonly ExperimentStep[] =>
  [...plan.nodes.values()].flatMap(({ step }) => ('experiment' in step ? [step] : []));

/** All that is published, in order of id. */
export function experimentsIn({ journeys }: Pick<Definitions, 'journeys'>): readonly Experiment[] {
  const found = new Map<string, Experiment>();
  for (const journey of [...journeys.values()].sort((a, b) => (a.id < b.id ? -1 : 1)))
    for (const step of experimentSteps(journey)) {
      const { variants, winner, journeyIds } = found.get(step.experiment) ?? { ...step, journeyIds: [] };
      const chosen = winner ?? step.winner;
      found.set(step.experiment, {
        id: step.experiment,
        variants,
        ...(chosen && { winner: chosen }),
        journeyIds: [...new Set([...journeyIds, journey.id])],
      });
    }
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Whether there is anything to decide: people go more than one way. */
export const isOpen = ({ variants }: Pick<Experiment, 'variants'>): boolean =>
  variants.filter(({ percent }) => percent > 0).length > 1;

const experimenting = new WeakMap<object, boolean>();
/** Whether anything is published of which something may be decided. */
export function isExperimenting(definitions: Pick<Definitions, 'journeys'>): boolean {
  const known = experimenting.get(definitions);
  if (known !== undefined) return known;
  const found = experimentsIn(definitions).some(isOpen);
  experimenting.set(definitions, found);
  return found;
}

/** What is decided of an experiment now and was not before: variants that are stopped, and a winner. */
export function decideExperiment(
  experiment: Experiment,
  counts: readonly VariantCounts[],
  standing: readonly Ruling[],
  look: Look,
): readonly Ruling[] {
  const own = standing.filter((ruling) => ruling.experiment === experiment.id);
  const ruling = (kind: Ruling['kind'], variant: string, because: string): Ruling => ({
    experiment: experiment.id,
    variant,
    kind,
    atMs: look.nowMs,
    because,
  });
  const barred = decideGuardrails(candidates(experiment, counts, own)).map((harm) =>
    ruling('barred', harm.variant, harm.because),
  );
  if (own.some(({ kind }) => kind === 'winner')) return barred;
  const decision = lookForWinner(experiment, counts, [...own, ...barred], look);
  return decision?.kind === 'winner' ? [...barred, ruling('winner', decision.variant, decision.because)] : barred;
}

/** Whether a winner could be chosen now; `undefined` where the document asks for none. */
export function lookForWinner(
  experiment: Experiment,
  counts: readonly VariantCounts[],
  standing: readonly Ruling[],
  { nowMs, zone }: Look,
): WinnerDecision | undefined {
  const { winner } = experiment;
  if (!winner) return undefined;
  const left = candidates(experiment, counts, standing);
  const firstMs = Math.min(...left.map((one) => one.firstMs));
  const fromMs = firstMs === Infinity ? Infinity : addDuration(firstMs, winner.after, zone, 1);
  return decideWinner({ counts: left, by: winner.by, least: winner.least, fromMs, nowMs });
}

/** Variants that the document gives a part and that were not stopped. */
function candidates(
  { id, variants }: Experiment,
  counts: readonly VariantCounts[],
  standing: readonly Ruling[],
): readonly VariantCounts[] {
  const isBarred = (variant: string): boolean =>
    standing.some((ruling) => ruling.kind === 'barred' && ruling.experiment === id && ruling.variant === variant);
  return variants
    .filter((variant) => variant.percent > 0 && !isBarred(variant.id))
    .map(
      (variant) =>
        counts.find((one) => one.experiment === id && one.variant === variant.id) ?? noCounts(id, variant.id),
    );
}
