import {
  decidePublication,
  decideRollback,
  type DecidedPublication,
  type PublicationState,
  type PublicationWish,
  type RefusedPublication,
  type RollbackOrder,
} from '../../core/journey/versions/publication.ts';
import type { Clock } from '../../core/ports.ts';
import { closest, didYouMean } from '../../core/suggest.ts';

/** Where publications stand. */
export interface Publications {
  state(): Promise<PublicationState>;
  /** Puts a publication into force, all of it or nothing. */
  put(next: DecidedPublication): Promise<RefusedPublication | undefined>;
}
export interface PublishPorts {
  readonly publications: Publications;
  readonly clock: Pick<Clock, 'nowMs'>;
}
export type Published = DecidedPublication | RefusedPublication;

/** What publishing these documents would do. */
export const planDocuments =
  ({ publications, clock }: PublishPorts) =>
  async (wish: Omit<PublicationWish, 'nowMs'>): Promise<Published> =>
    decidePublication(await publications.state(), { ...wish, nowMs: clock.nowMs() });

/** Makes documents the current ones; who is inside stays with the version under which they came. */
export const publishDocuments =
  (ports: PublishPorts) =>
  async (wish: Omit<PublicationWish, 'nowMs'>): Promise<Published> =>
    putting(ports, await planDocuments(ports)(wish));

export interface RollbackTask extends Omit<RollbackOrder, 'number' | 'nowMs'> {
  /** Absent for the number before the current one. */
  readonly number?: number;
}
/** A version that there is not. */
export class NoSuchVersion extends Error {
  readonly journeyId: string;
  readonly suggestion: string | undefined;
  constructor(journeyId: string, message: string, suggestion?: string) {
    super(message);
    this.journeyId = journeyId;
    this.suggestion = suggestion;
  }
}

/** Makes an earlier version of one journey the current one. @throws NoSuchVersion */
export const rollBack =
  (ports: PublishPorts) =>
  async (task: RollbackTask): Promise<Published> => {
    const state = await ports.publications.state();
    const number = numberFor(state, task);
    return putting(ports, decideRollback(state, { ...task, number, nowMs: ports.clock.nowMs() }));
  };

async function putting({ publications }: PublishPorts, decided: Published): Promise<Published> {
  return decided.kind === 'refused' ? decided : ((await publications.put(decided)) ?? decided);
}

function numberFor({ versions, current }: PublicationState, { journeyId, number }: RollbackTask): number {
  const known = versions.filter((one) => one.journeyId === journeyId).map((one) => one.number);
  if (known.length === 0) {
    const { suggestion } = didYouMean(
      closest(
        journeyId,
        versions.map((one) => one.journeyId),
      ),
    );
    throw new NoSuchVersion(journeyId, `No journey "${journeyId}" was ever published here.`, suggestion);
  }
  if (number !== undefined && !known.includes(number))
    throw new NoSuchVersion(
      journeyId,
      `Journey "${journeyId}" has no version ${number}; there are ${known.toSorted((a, b) => a - b).join(', ')}.`,
    );
  // Of one that nobody enters now, the last.
  const below = current[journeyId] ?? Infinity;
  const found = number ?? Math.max(...known.filter((one) => one < below));
  if (found > 0) return found;
  throw new NoSuchVersion(journeyId, `Journey "${journeyId}" has no version before ${below}.`);
}
