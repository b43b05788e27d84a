import { decideExperiment, experimentsIn, isOpen } from '../../core/experiment/decide-experiment.ts';
import type { Ruling } from '../../core/experiment/ruling.ts';
import type { ExperimentStore, Ports, ProfileStore } from '../../core/ports.ts';

export interface WinnerPorts extends Pick<Ports, 'definitions' | 'clock'> {
  readonly profiles: Pick<ProfileStore, 'rulings'>;
  readonly experiments: ExperimentStore;
}

/**
 * Looks at every published experiment: whether a variant does harm, and whether one has won. Safe to repeat, and to run
 * twice at once: the first decision of a kind stands.
 * @returns what was decided by this look
 */
export const decideWinners = (ports: WinnerPorts) => async (): Promise<readonly Ruling[]> => {
  const definitions = await ports.definitions.current();
  const standing = await ports.profiles.rulings();
  const look = { nowMs: ports.clock.nowMs(), zone: definitions.workspace.timeZone };
  const ruled: Ruling[] = [];
  for (const experiment of experimentsIn(definitions).filter(isOpen)) {
    const counts = await ports.experiments.counts(experiment.journeyIds);
    for (const ruling of decideExperiment(experiment, counts, standing, look))
      if ((await ports.experiments.rule(ruling)) === 'ruled') ruled.push(ruling);
  }
  return ruled;
};
