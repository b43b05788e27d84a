import { valuesAt, type Occurrence } from '../event/event.ts';
import { canonicalJson, type Json } from '../json.ts';
import type { DurationText, Names, Where } from '../segment/condition.ts';
import { namesOf, sourceOf, type Leaf } from '../segment/leaf.ts';
import { compileWhere } from '../segment/operators.ts';
import { longestMs } from '../segment/steady.ts';
import { toLocal } from '../time/zone.ts';
import type { By, Naming } from './trait-document.ts';

/** A value of an event, and when that was. */
export type Sample = readonly [ms: number, value: string | number | boolean];

/** What of an event a trait looks at: a property, or one of the things that every event has. */
export interface Look {
  readonly names: Names;
  readonly where?: Where | undefined;
  readonly of?: string | undefined;
  readonly by?: By | undefined;
  /** Only these values are taken, as texts. */
  readonly as?: Naming | undefined;
  /** Only numbers are taken. */
  readonly isOfNumbers?: boolean;
}

/** Longer texts are no names of anything, and are not kept. */
export const longestText = 80;
/** Letters of all texts that a window keeps, so that nobody's row grows out of its store. */
const mostLetters = 8_000;
/** Numbers beyond are no amounts of anything: their sums would not be exact. */
export const largestNumber = 1e9;
/** Samples that a window keeps at most, the latest of them. */
export const mostSamples = 500;

const isKept = (value: Json, isOfNumbers: boolean): value is Sample[1] =>
  isOfNumbers
    ? typeof value === 'number' && Math.abs(value) <= largestNumber
    : typeof value === 'number' || typeof value === 'boolean' || (typeof value === 'string' && isShort(value));
const isShort = (value: string): boolean => value !== '' && value.length <= longestText;

/** The values that an event has to tell. */
export function lookAt({ names, where, of, by, as, isOfNumbers = false }: Look): {
  readonly names: ReadonlySet<string>;
  readonly told: (event: Occurrence, zone: string) => readonly Sample[1][];
} {
  const matches = compileWhere(where);
  const path = of?.split('.');
  const valuesOf = ({ name, properties }: Occurrence): readonly Json[] => {
    if (path) return valuesAt(properties, path);
    // When it was is the sample's own time, and is read where the person lives by then.
    return [by === 'event' ? name : true];
  };
  return {
    names: namesOf(names),
    told: (event, zone) =>
      matches(event.properties, { nowMs: event.occurredMs, zone })
        ? valuesOf(event)
            .filter((value) => isKept(value, isOfNumbers))
            .filter((value) => !as || Object.hasOwn(as, String(value)))
        : [],
  };
}

/** How values are put in order where their times are equal, so that the order of arrival does not show. */
export const isBefore = ([leftMs, left]: Sample, [rightMs, right]: Sample): boolean =>
  leftMs === rightMs ? canonicalJson(left) < canonicalJson(right) : leftMs < rightMs;

export const samplesIn = (state: Json | undefined): readonly Sample[] =>
  Array.isArray(state) ? (state as unknown as readonly Sample[]) : [];

/** Events may lie a day ahead of the clock: what could still count on the day before the latest one is kept. */
const aheadMs = 86_400_000;

/**
 * The samples of a window, in order, and the latest of them where there are too many. What has left the window for good is
 * forgotten, by the latest sample and not by the clock.
 */
export function samplesLeaf(look: Look, within: DurationText): Leaf {
  const { names, told } = lookAt(look);
  const windowMs = longestMs(within);
  const put = (all: readonly Sample[], one: Sample): readonly Sample[] => {
    const latestMs = Math.max(one[0], all.at(-1)?.[0] ?? -Infinity);
    const at = all.findLastIndex((each) => !isBefore(one, each)) + 1;
    const live = all.toSpliced(at, 0, one).filter(([ms]) => ms > latestMs - windowMs - aheadMs);
    return live.slice(-Math.min(mostSamples, Math.max(1, fitting(live))));
  };
  return {
    ...named('samples', look),
    reach: windowMs,
    names,
    step: (state, event, zone) => {
      const values = told(event, zone);
      if (values.length === 0) return state;
      return json(
        values.reduce<readonly Sample[]>((all, value) => put(all, [event.occurredMs, value]), samplesIn(state)),
      );
    },
    merge: (left, right) => json(samplesIn(right).reduce(put, samplesIn(left))),
  };
}

/** How many of the latest samples have no more letters than are kept. */
function fitting(samples: readonly Sample[]): number {
  let letters = 0;
  for (let count = 0; count < samples.length; count++) {
    const [, value] = samples[samples.length - 1 - count]!;
    letters += typeof value === 'string' ? value.length : 0;
    if (letters > mostLetters) return count;
  }
  return samples.length;
}

/** A state of samples is JSON, and none is no state. */
const json = (samples: readonly Sample[]): Json | undefined =>
  samples.length === 0 ? undefined : (samples as unknown as Json);

/** The key of a state, and the parts of a leaf that only conditions use. */
export function named(
  kind: string,
  { names, where, of, by, as, isOfNumbers = false }: Look,
  more: object = {},
): Pick<Leaf, 'key' | 'source' | 'reach' | 'isTrue' | 'nextChangeMs'> {
  const isOfEvents = by === 'event';
  const source = sourceOf(kind, names, where, {
    ...(of !== undefined && { of }),
    ...(isOfEvents && { by }),
    ...(isOfNumbers && { isOfNumbers }),
    ...(as && { as: Object.keys(as).sort() }),
    ...more,
  });
  return {
    key: source,
    source,
    reach: 0,
    isTrue: (state) => state !== undefined,
    nextChangeMs: () => Infinity,
  };
}

/** The hour (0–23) or the week day (`MO`) of an instant, where somebody lives. */
export function clockOf(ms: number, by: 'hour' | 'weekday', zone: string): number | string {
  const { msOfDay, weekDay } = toLocal(zone, ms);
  return by === 'hour' ? Math.floor(msOfDay / 3_600_000) : weekDay;
}
