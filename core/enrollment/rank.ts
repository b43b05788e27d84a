import { shareOf } from '../hash.ts';
import type { Candidate } from '../ports.ts';

/** The 64 bits of a number as text that sorts as numbers do. */
function sortableNumber(value: number): string {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value === 0 ? 0 : value);
  const word = bits.getBigUint64(0);
  const sign = 1n << 63n;
  const ordered = (word & sign) === 0n ? word | sign : word ^ (sign * 2n - 1n);
  return ordered.toString(16).padStart(16, '0');
}

/**
 * A candidate's place in the order of a round, as text: the highest score first, and who has the same by a hash of the
 * round and the person, so that it is not always the same people who come last.
 */
export function rankOf(
  round: { readonly journeyId: string; readonly roundId: string },
  { profileId, score }: Candidate,
): string {
  const tie = Math.floor(shareOf(round.journeyId, round.roundId, profileId) * 2 ** 32);
  return `${sortableNumber(-score)}#${tie.toString(16).padStart(8, '0')}#${profileId}`;
}
