import type { Json } from '../json.ts';
import { compileShared, type Compiled } from '../segment/compile-condition.ts';
import type { Names } from '../segment/condition.ts';
import { countLeaf } from '../segment/count-leaf.ts';
import type { Leaf } from '../segment/leaf.ts';
import { occasionLeaf } from '../segment/occasion-leaf.ts';
import { steadyEnd } from '../segment/steady.ts';
import { sumLeaf } from '../segment/sum-leaf.ts';
import { toInstant } from '../time/instant.ts';
import { fromLocal, nextOffsetMs, offsetAtMs, toLocal } from '../time/zone.ts';
import { isLike, likenesses } from './closest.ts';
import { numberOf, ownStates, type ComputedTrait, type TraitView } from './computed-trait.ts';
import {
  endLeaf,
  extremeLeaf,
  clockOfWeekHour,
  daysIn,
  daysLeaf,
  latestIn,
  latestLeaf,
  meanIn,
  meanLeaf,
  micros,
  talliesIn,
  talliesLeaf,
} from './ever-leaves.ts';
import { classIn, type RankTable } from './rank-table.ts';
import { clockOf, mostSamples, samplesIn, samplesLeaf, type Look, type Sample } from './samples-leaf.ts';
import type {
  AverageTrait,
  By,
  ClosestTrait,
  CountTrait,
  DaysBetweenTrait,
  DaysSinceTrait,
  DaysWithTrait,
  LevelTrait,
  ListTrait,
  Naming,
  RankTrait,
  RatioTrait,
  Source,
  SumTrait,
  TraitDocument,
} from './trait-document.ts';

/** How a trait is read: without its id, and without what it rests on beside events. */
export type Reading = Pick<ComputedTrait, 'leaves' | 'valueOf' | 'nextChangeMs'> & {
  /** The window that its events are in. */
  readonly within?: string;
  /** Conditions that it asks. */
  readonly conditions?: readonly Compiled[];
};

/** Rules that count the same events share a state, and traits with them. */
const shared = (leaf: Leaf): Leaf => ({ ...leaf, key: leaf.source });
const never = (): number => Infinity;
const stateOf = ({ key }: Leaf, { profile }: TraitView): Json | undefined => profile.conditions[key];

/** A trait of one state, which only events change. */
function ofEver(leaf: Leaf, value: (state: Json | undefined, view: TraitView) => Json | undefined): Reading {
  return { leaves: [leaf], valueOf: (view) => value(stateOf(leaf, view), view), nextChangeMs: never };
}

/** A trait of what is in a window now; each sample leaves it in its turn. */
function ofWindow(
  look: Look,
  within: string,
  value: (live: readonly Sample[], view: TraitView) => Json | undefined,
): Reading {
  const leaf = samplesLeaf(look, within);
  return {
    leaves: [leaf],
    within,
    valueOf: (view) => value(liveSamples(samplesIn(stateOf(leaf, view)), within, view), view),
    nextChangeMs: (view) =>
      firstEndMs(
        samplesIn(stateOf(leaf, view)).map(([ms]) => ms),
        within,
        view,
      ),
  };
}
/** Samples leave a window in their order, so the first that is in it is searched by halves. */
const liveSamples = (all: readonly Sample[], within: string, view: TraitView): readonly Sample[] =>
  all.slice(firstLive(all.length, (index) => all[index]![0], within, view));
function firstLive(
  length: number,
  msOf: (index: number) => number,
  within: string,
  { nowMs, zone }: Pick<TraitView, 'nowMs' | 'zone'>,
): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steadyEnd(msOf(middle), within, zone, 1) > nowMs) high = middle;
    else low = middle + 1;
  }
  return low;
}
/** When the first of those that are in the window leaves it; they leave in their order. */
function firstEndMs(times: readonly number[], within: string, view: TraitView): number {
  const first = times[firstLive(times.length, (index) => times[index]!, within, view)];
  return first === undefined ? Infinity : steadyEnd(first, within, view.zone, 1);
}

function countReading({ count, where, within }: CountTrait): Reading {
  const did = { did: count, ...(where && { where }) };
  if (within === undefined) return ofEver(shared(countLeaf(did)), (state) => (typeof state === 'number' ? state : 0));
  const leaf = shared(countLeaf({ ...did, within, exactly: mostSamples - 1 }));
  const times = (view: TraitView): readonly number[] => {
    const state = stateOf(leaf, view);
    return Array.isArray(state) ? (state as readonly number[]) : [];
  };
  return {
    leaves: [leaf],
    within,
    valueOf: (view) => {
      const all = times(view);
      // Somebody else may ask for more of the same events, and have more kept.
      return Math.min(mostSamples, all.length - firstLive(all.length, (index) => all[index]!, within, view));
    },
    nextChangeMs: (view) => firstEndMs(times(view), within, view),
  };
}

function sumReading({ sum, of, where, within }: SumTrait): Reading {
  const leaf = shared(sumLeaf({ did: sum, sum: of, atLeast: 0, ...(where && { where }), ...(within && { within }) }));
  if (within === undefined) return ofEver(leaf, (state) => (typeof state === 'number' ? state / micros : 0));
  return {
    leaves: [leaf],
    within,
    valueOf: (view) =>
      liveSamples(samplesIn(stateOf(leaf, view)), within, view).reduce((all, [, amount]) => all + Number(amount), 0) /
      micros,
    nextChangeMs: (view) =>
      firstEndMs(
        samplesIn(stateOf(leaf, view)).map(([ms]) => ms),
        within,
        view,
      ),
  };
}

/** The sum of numbers in millionths: whole numbers add up to the same in any order. */
const inMicros = (live: readonly Sample[]): number =>
  live.reduce((all, [, value]) => all + Math.round(Number(value) * micros), 0);
const numbersIn = (live: readonly Sample[]): readonly number[] => live.map(([, value]) => Number(value));

function averageReading({ average, of, where, within }: AverageTrait): Reading {
  const look = { names: average, of, where, isOfNumbers: true };
  const mean = (count: number, sum: number): number | undefined => (count === 0 ? undefined : sum / count / micros);
  if (within === undefined) return ofEver(meanLeaf(look), (state) => mean(...meanIn(state)));
  return ofWindow(look, within, (live) => mean(live.length, inMicros(live)));
}

function extremeReading(
  kind: 'min' | 'max',
  names: Names,
  { of, where, within }: Source & { readonly of: string },
): Reading {
  const look = { names, of, where, isOfNumbers: true };
  if (within === undefined) return ofEver(extremeLeaf(look, kind), (state) => state);
  return ofWindow(look, within, (live) => (live.length === 0 ? undefined : Math[kind](...numbersIn(live))));
}

interface Occasion extends Source {
  readonly of?: string;
  readonly as?: Naming;
}
function endReading(kind: 'first' | 'last', names: Names, { of, as, where, within }: Occasion): Reading {
  if (of === undefined && within === undefined) {
    const occasion = kind === 'first' ? { first: names, where } : { last: names, where };
    const leaf = occasionLeaf(occasion as Parameters<typeof occasionLeaf>[0]);
    return ofEver(shared(leaf), (state) => (typeof state === 'number' ? toInstant(state) : undefined));
  }
  const look = { names, of, where, as };
  const say = (sample: Sample | undefined): Json | undefined => {
    if (!sample) return undefined;
    return of === undefined ? toInstant(sample[0]) : nameFor(sample[1], as);
  };
  if (within !== undefined) return ofWindow(look, within, (live) => say(live.at(kind === 'first' ? 0 : -1)));
  return ofEver(endLeaf(look, kind), (state) => say(state as unknown as Sample | undefined));
}

/** What a value is called; a value without a name where names are given says nothing. */
const nameFor = (value: Sample[1], as: Naming | undefined): Json | undefined => {
  if (!as) return value;
  return Object.hasOwn(as, String(value)) ? as[String(value)] : undefined;
};

interface Frequent extends Source {
  readonly of?: string;
  readonly by?: By;
  readonly as?: Naming;
}
function mostFrequentReading(names: Names, { of, by, as, where, within }: Frequent): Reading {
  const clock = by === 'hour' || by === 'weekday' ? by : undefined;
  const look = { names, of, by, where, ...(!clock && { as }) };
  if (within === undefined) {
    const reading = ofEver(talliesLeaf(look), (state, { zone, nowMs }) =>
      mostCommon(
        talliesIn(state).map(([value, count, lastMs]) => ({
          value: clock ? clockOfWeekHour(Number(value), clock, offsetAtMs(zone, nowMs)) : value,
          count,
          lastMs,
        })),
        as,
      ),
    );
    // Where the clock is changed, the same hours of UTC are others there.
    return clock ? { ...reading, nextChangeMs: ({ zone, nowMs }) => nextOffsetMs(zone, nowMs) } : reading;
  }
  return ofWindow(look, within, (live, { zone }) =>
    mostCommon(
      live.map(([ms, value]) => ({ value: clock ? clockOf(ms, clock, zone) : value, count: 1, lastMs: ms })),
      as,
    ),
  );
}

interface Counted {
  readonly value: Sample[1];
  readonly count: number;
  readonly lastMs: number;
}
/** The value that came most often; of several the one that came last, and then the first by name. */
function mostCommon(counted: readonly Counted[], as: Naming | undefined): Json | undefined {
  const byName = new Map<Json, { count: number; lastMs: number }>();
  for (const { value, count, lastMs } of counted) {
    const name = nameFor(value, as);
    if (name === undefined) continue;
    const standing = byName.get(name) ?? { count: 0, lastMs: -Infinity };
    byName.set(name, { count: standing.count + count, lastMs: Math.max(standing.lastMs, lastMs) });
  }
  const [first] = [...byName].toSorted(
    ([leftName, left], [rightName, right]) =>
      right.count - left.count || right.lastMs - left.lastMs || (String(leftName) < String(rightName) ? -1 : 1),
  );
  return first?.[0];
}

/** How many values a list holds where it does not say. */
const usualList = 20;
function listReading({ list, of, by, as, where, within, atMost = usualList }: ListTrait): Reading {
  const look = { names: list, of, by: of === undefined ? (by ?? 'event') : by, where, as };
  const say = (latest: readonly Sample[1][]): Json | undefined => {
    const names = [...new Set(latest.map((value) => nameFor(value, as)).filter((name) => name !== undefined))];
    return names.length === 0 ? undefined : names.slice(0, atMost);
  };
  // Several values may have one name.
  const keep = as ? Math.max(atMost, Object.keys(as).length) : atMost;
  if (within === undefined)
    return ofEver(latestLeaf(look, keep), (state) => say(latestIn(state).map(([value]) => value)));
  return ofWindow(look, within, (live) => say(live.toReversed().map(([, value]) => value)));
}

function daysSinceReading({ daysSince, where }: DaysSinceTrait): Reading {
  const leaf = shared(occasionLeaf({ last: daysSince, ...(where && { where }) }));
  const lastMs = (view: TraitView): number | undefined => {
    const state = stateOf(leaf, view);
    return typeof state === 'number' ? state : undefined;
  };
  return {
    leaves: [leaf],
    valueOf: (view) => {
      const ms = lastMs(view);
      const dayOf = (instant: number): number => toLocal(view.zone, instant).dayNumber;
      return ms === undefined ? undefined : Math.max(0, dayOf(view.nowMs) - dayOf(ms));
    },
    nextChangeMs: (view) => {
      const ms = lastMs(view);
      if (ms === undefined) return Infinity;
      const { dayNumber } = toLocal(view.zone, Math.max(ms, view.nowMs));
      return fromLocal(view.zone, dayNumber + 1, 0);
    },
  };
}

const daysWithReading = ({ daysWith, where }: DaysWithTrait): Reading =>
  ofEver(daysLeaf({ names: daysWith, where }), (state) => daysIn(state).length);

/** Between the first day and the last lie one gap less than there are days. */
const daysBetweenReading = ({ daysBetween, where }: DaysBetweenTrait): Reading =>
  ofEver(daysLeaf({ names: daysBetween, where }), (state) => {
    const days = daysIn(state);
    return days.length < 2 ? undefined : (days.at(-1)! - days[0]!) / (days.length - 1);
  });

const nextOf = (view: TraitView, names: readonly string[]): number =>
  Math.min(
    Infinity,
    ...names.map((name) => view.computed.get(name.split('.', 1)[0] ?? '')?.nextChangeMs(view) ?? Infinity),
  );

const ratioReading = ({ ratio: { of, to } }: RatioTrait): Reading => ({
  leaves: [],
  valueOf: (view) => {
    const [above, below] = [numberOf(view, of), numberOf(view, to)];
    return above === undefined || below === undefined || below === 0 ? undefined : above / below;
  },
  nextChangeMs: (view) => nextOf(view, [of, to]),
});

function levelReading({ level, from }: LevelTrait): Reading {
  const levels = Object.entries(from).toSorted(([, left], [, right]) => right - left);
  return {
    leaves: [],
    valueOf: (view) => {
      const value = numberOf(view, level);
      return value === undefined ? undefined : levels.find(([, least]) => value >= least)?.[0];
    },
    nextChangeMs: (view) => nextOf(view, [level]),
  };
}

/**
 * Before there is a table, and of people who are not compared, it says nothing. A person is compared by what they have done by
 * now, as of the table's instant: else everybody would be a day older than the table at midnight, and not after it is made anew.
 */
function rankReading(
  { rank, into, above = -Infinity, best = 'most' }: RankTrait,
  table: RankTable | undefined,
): Reading {
  const usable = table?.best === best && table.bounds.length === into - 1 ? table : undefined;
  return {
    leaves: [],
    valueOf: (view) => {
      const value = usable && numberOf({ ...view, nowMs: usable.atMs }, rank);
      return value === undefined || value <= above ? undefined : classIn(usable!, value);
    },
    nextChangeMs: never,
  };
}

function closestReading(document: ClosestTrait): Reading {
  const conditions = Object.values(document.closest).flatMap(({ signs }) =>
    signs.map(({ when }) => compileShared(when)),
  );
  return {
    leaves: conditions.flatMap(({ leaves }) => leaves),
    conditions,
    valueOf: (view) => {
      const own = ownStates(view);
      const [first] = likenesses(document, (index) => conditions[index]!.isTrue(own));
      return first && isLike(first, document) ? first.personaId : undefined;
    },
    nextChangeMs: (view) => {
      const own = ownStates(view);
      return conditions.reduce((earliest, condition) => Math.min(earliest, condition.nextChangeMs(own)), Infinity);
    },
  };
}

/**
 * How a trait that is made of events, or of other traits, is read.
 * @param table of a rank, where there is one
 */
export function readingOf(document: TraitDocument, table?: RankTable): Reading {
  if ('count' in document) return countReading(document);
  if ('sum' in document) return sumReading(document);
  if ('average' in document) return averageReading(document);
  if ('min' in document) return extremeReading('min', document.min, document);
  if ('max' in document) return extremeReading('max', document.max, document);
  if ('first' in document) return endReading('first', document.first, document);
  if ('last' in document) return endReading('last', document.last, document);
  if ('mostFrequent' in document) return mostFrequentReading(document.mostFrequent, document);
  if ('list' in document) return listReading(document);
  if ('daysSince' in document) return daysSinceReading(document);
  if ('daysWith' in document) return daysWithReading(document);
  if ('daysBetween' in document) return daysBetweenReading(document);
  if ('ratio' in document) return ratioReading(document);
  if ('closest' in document) return closestReading(document);
  if ('rank' in document) return rankReading(document, table);
  return levelReading(document);
}
