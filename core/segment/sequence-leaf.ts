import type { Json } from '../json.ts';
import type { Occurrence } from '../event/event.ts';
import type { SequenceCondition } from './condition.ts';
import { keyOf, namesOf, type Leaf } from './leaf.ts';
import { compileWhere } from './operators.ts';
import { steadyEnd } from './steady.ts';

/** How far somebody has come, after all events up to an instant. */
interface Progress {
  /** The latest event that counted for anything. */
  readonly lastMs: number;
  /** The earliest end of the sequence since `thenNot`; `undefined` for none. */
  readonly doneMs: number | undefined;
  /** For each number of parts in a row, from one on, the latest beginning of such a row; `undefined` for none. */
  readonly starts: readonly (number | undefined)[];
}
const untouched: Progress = { lastMs: -Infinity, doneMs: undefined, starts: [] };

/** An event, and which parts it can be. */
interface Candidate {
  readonly ms: number;
  readonly parts: ReadonlySet<number>;
  readonly isEnd: boolean;
}

/**
 * `sequence`: one event after the other, each another event, from the first to the last within `within`; of those at the same
 * instant any may come first. It holds from `for` after its earliest end on, until a `thenNot` comes: at the instant of the end,
 * or later. The order decides, so an event from before what was seen makes the state anew of the history.
 */
export function sequenceLeaf(condition: SequenceCondition): Leaf {
  const { within, thenNot, for: quiet } = condition;
  const parts = condition.sequence.map(({ did, where }) => ({ names: namesOf(did), matches: compileWhere(where) }));
  const ends = thenNot === undefined ? new Set<string>() : namesOf(thenNot);
  const names = new Set([...parts.flatMap((part) => [...part.names]), ...ends]);

  const candidateOf = (event: Occurrence, zone: string): Candidate | undefined => {
    const at = { nowMs: event.occurredMs, zone };
    const able = parts.keys().filter((index) => {
      const { names: asked, matches } = parts[index]!;
      return asked.has(event.name) && matches(event.properties, at);
    });
    const candidate = { ms: event.occurredMs, parts: new Set(able), isEnd: ends.has(event.name) };
    return candidate.isEnd || candidate.parts.size > 0 ? candidate : undefined;
  };
  /** Whether nothing from its end on can change it any more. */
  const isFinal = ({ doneMs }: Progress): boolean => doneMs !== undefined && ends.size === 0;
  const packed = (progress: Progress): Json =>
    pack(isFinal(progress) ? { lastMs: progress.doneMs!, doneMs: progress.doneMs, starts: [] } : progress);
  const isWithin = (startMs: number, ms: number, zone: string): boolean =>
    within === undefined || ms < steadyEnd(startMs, within, zone, 1);

  /** What happened at one instant, all of it. */
  const afterInstant = (before: Progress, events: readonly Candidate[], zone: string): Progress => {
    const { ms } = events[0]!;
    const starts = [...before.starts];
    let isDone = false;
    // From rows of every length, the longest first: where two lead to the same length, the later beginning counts.
    for (let from = parts.length - 1; from >= 0; from--) {
      const startMs = from === 0 ? ms : before.starts[from - 1];
      if (startMs === undefined || !isWithin(startMs, ms, zone)) continue;
      const reached = from + mostInARow(events, from, parts.length);
      isDone ||= reached === parts.length;
      for (let length = from + 1; length <= Math.min(reached, parts.length - 1); length++)
        starts[length - 1] = Math.max(starts[length - 1] ?? -Infinity, startMs);
    }
    const isEnded = events.some(({ isEnd }) => isEnd);
    const doneMs = isEnded ? undefined : (before.doneMs ?? (isDone ? ms : undefined));
    return { lastMs: ms, doneMs, starts };
  };

  const turnMs = (state: Json | undefined, zone: string): number => {
    const { doneMs } = unpack(state);
    if (doneMs === undefined) return Infinity;
    return quiet === undefined ? doneMs : steadyEnd(doneMs, quiet, zone, 1);
  };
  return {
    key: keyOf(condition),
    source: keyOf({ kind: 'sequence', sequence: condition.sequence, within, thenNot }),
    reach: 0,
    names,
    step: (state, event, zone) => {
      const candidate = candidateOf(event, zone);
      const before = unpack(state);
      return candidate && !isFinal(before) ? packed(afterInstant(before, [candidate], zone)) : state;
    },
    ordered: {
      isLate: (state, event, zone) => {
        const before = unpack(state);
        const isBefore = isFinal(before) ? event.occurredMs < before.lastMs : event.occurredMs <= before.lastMs;
        return isBefore && candidateOf(event, zone) !== undefined;
      },
      remake: (history, zone, kept) => {
        const candidates = history.flatMap((event) => candidateOf(event, zone) ?? []).toSorted((a, b) => a.ms - b.ms);
        const known = unpack(kept);
        const instants = [...Map.groupBy(candidates, ({ ms }) => ms).values()];
        const made = instants.reduce(
          (before, events) => (isFinal(before) ? before : afterInstant(before, events, zone)),
          before(known, candidates[0]?.ms ?? Infinity),
        );
        const endMs = candidates.findLast(({ isEnd }) => isEnd)?.ms ?? -Infinity;
        const stands = known.doneMs !== undefined && known.doneMs > endMs ? known : { ...known, doneMs: undefined };
        const progress = joined(made, stands);
        return progress.lastMs === -Infinity ? undefined : packed(progress);
      },
    },
    // What each side has seen come about; what the two make together is in the history.
    merge: (left, right) =>
      left === undefined || right === undefined ? (left ?? right) : packed(joined(unpack(left), unpack(right))),
    isTrue: (state, nowMs, zone) => nowMs >= turnMs(state, zone),
    nextChangeMs: (state, nowMs, zone) => {
      const ms = turnMs(state, zone);
      return ms > nowMs ? ms : Infinity;
    },
  };
}

/** As far as somebody had come before an instant: of events that may have expired since. */
function before({ doneMs, starts }: Progress, ms: number): Progress {
  const early = (one: number | undefined): number | undefined => (one !== undefined && one < ms ? one : undefined);
  return { lastMs: -Infinity, doneMs: early(doneMs), starts: starts.map(early) };
}

/** All that two have seen come about. */
function joined(left: Progress, right: Progress): Progress {
  const doneMs = Math.min(left.doneMs ?? Infinity, right.doneMs ?? Infinity);
  const length = Math.max(left.starts.length, right.starts.length);
  const starts = Array.from({ length }, (_, index) => {
    const startMs = Math.max(left.starts[index] ?? -Infinity, right.starts[index] ?? -Infinity);
    return startMs === -Infinity ? undefined : startMs;
  });
  return { lastMs: Math.max(left.lastMs, right.lastMs), doneMs: doneMs === Infinity ? undefined : doneMs, starts };
}

/** How many parts, one after the other from one on, events of one instant can be, each event once: a matching that grows. */
function mostInARow(events: readonly Candidate[], from: number, length: number): number {
  const partOf = new Map<number, number>();
  const place = (part: number, tried: Set<number>): boolean =>
    events.some((event, index) => {
      if (!event.parts.has(part) || tried.has(index)) return false;
      tried.add(index);
      const standing = partOf.get(index);
      if (standing !== undefined && !place(standing, tried)) return false;
      partOf.set(index, part);
      return true;
    });
  let part = from;
  while (part < length && place(part, new Set())) part++;
  return part - from;
}

/** Instants as they lie before the latest, so that few digits stand for each; `-1` for none. */
function pack({ lastMs, doneMs, starts }: Progress): Json {
  const back = (ms: number | undefined): number => (ms === undefined ? -1 : lastMs - ms);
  return [lastMs, back(doneMs), ...Array.from(starts, back)];
}
function unpack(state: Json | undefined): Progress {
  if (!Array.isArray(state)) return untouched;
  const [lastMs, done, ...starts] = state as unknown as readonly [number, number, ...number[]];
  const forth = (back: number): number | undefined => (back < 0 ? undefined : lastMs - back);
  return { lastMs, doneMs: forth(done), starts: starts.map(forth) };
}
