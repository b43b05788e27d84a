import type { Definitions } from '../../../core/definitions.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { Fills } from '../../../core/ports.ts';
import { fillStateOf } from '../../fill-profiles/fill-profiles.ts';

/** A filling of people that is under way. */
export interface UnderWay {
  /** How far it has come: people who were looked at, and parts of everybody that are over, of how many. */
  readonly shown: JsonObject;
  /** Whether people are yet to be looked at for a rule: who is a member is not the whole of it. */
  isOf(kind: 'segment' | 'audience', id: string): boolean;
}

/** What is being filled now; `undefined` where everybody is. */
export async function fillingOf(fills: Fills, { coverage }: Definitions): Promise<UnderWay | undefined> {
  const now = await fillStateOf({ fills, number: coverage.number });
  if (now.isFull) return undefined;
  // One that gave way to a later filling was never over.
  // Tables of ranks are made only once everybody is filled.
  const { published = Infinity } = coverage;
  const isOver = (since: number): boolean => published < coverage.number && since <= published;
  const numbers = [...new Set(Object.values(coverage.rules).map(({ since }) => since))].filter((one) => !isOver(one));
  const states = await Promise.all(numbers.map((number) => fillStateOf({ fills, number })));
  const open = new Set(states.filter(({ isFull }) => !isFull).map(({ number }) => number));
  const { people, done, parts } = now;
  return {
    shown: { people, done, parts },
    isOf: (kind, id) => open.has(coverage.rules[`${kind}/${id}`]?.since ?? 0),
  };
}
