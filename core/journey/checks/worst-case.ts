import type { Draft } from '../../draft.ts';
import { parseDuration } from '../../time/duration.ts';
import type { Channel, Steps } from '../document.ts';
import { send } from '../steps/send.ts';
import { stepKindOf } from '../walk.ts';

/** A message that may go by one of these channels. */
export interface WorstMessage {
  readonly channels: readonly Channel[];
  readonly topic: string | undefined;
}
/** A point of a journey: it takes at least so long, may send, and leads on to one of several. */
interface Point {
  readonly leastMs: number;
  readonly message?: WorstMessage;
  readonly next: readonly Point[];
}
/** The points of a journey; undefined for one too large to be looked at. */
export type Points = readonly Point[] | undefined;

const dayMs = 86_400_000;
// A day that loses an hour to summer time has 23; a month has 28 days at the least.
const leastMs = (text: string | undefined): number => {
  const duration = text === undefined ? undefined : parseDuration(text);
  if (!duration) return 0;
  return duration.months * 28 * dayMs + duration.days * dayMs + duration.timeMs;
};

// Above what anybody draws, and below what is felt: a journey of 50 steps has 50 points.
const mostPoints = 5_000;
// More rounds than this in one window would be far over any cap anyway.
const mostRounds = 100;

/** The points of a list of steps, from its end to its beginning; repeated lists are laid out round by round. */
export function pointsOf(steps: Draft<Steps> | undefined): Points {
  const points: Point[] = [];
  const add = (point: Point): Point => {
    points.push(point);
    return point;
  };
  const list = (of: Draft<Steps> | undefined, after: readonly Point[]): readonly Point[] =>
    (of ?? []).reduceRight((next: readonly Point[], step) => (step ? stepPoints(step, next) : next), after);
  const stepPoints = (step: NonNullable<Draft<Steps>[number]>, after: readonly Point[]): readonly Point[] => {
    const kind = stepKindOf(step);
    if (!kind || points.length > mostPoints) return after;
    if (kind.isExhaustive?.(step) && kind.bodies(step).length === 0) return [];
    const bodies = kind.bodies(step);
    const ways = (next: readonly Point[]): readonly Point[] =>
      bodies.flatMap((body) => {
        const first = list(body.steps, next);
        return body.after === undefined ? first : [add({ leastMs: leastMs(body.after), next: first })];
      });
    const rounds = kind.rounds?.(step);
    if (rounds) {
      let next = after;
      for (let round = Math.min(rounds.times, mostRounds); round > 0; round--) {
        const first = ways(next);
        next = round === 1 ? first : [...after, add({ leastMs: leastMs(rounds.every), next: first })];
      }
      return next;
    }
    const topic = 'topic' in step ? step.topic : undefined;
    const sent = kind.sends?.(step) ?? [
      { channels: (kind.key === send.key ? (kind.messages?.(step) ?? []) : []).map(({ channel }) => channel) },
    ];
    const behind = bodies.length === 0 ? after : [...ways(after), ...(kind.isExhaustive?.(step) ? [] : after)];
    const messages = sent.reduceRight(
      (next: readonly Point[], { channels, after: wait }) =>
        channels.length === 0 ? next : [add({ leastMs: leastMs(wait), message: { channels, topic }, next })],
      behind,
    );
    const held = leastMs(kind.lasts?.(step));
    return held === 0 ? messages : [add({ leastMs: held, next: messages })];
  };
  const first = list(steps, []);
  return points.length > mostPoints ? undefined : reachable(first);
}

/** The points that somebody comes by: not those behind an end. */
function reachable(first: readonly Point[]): readonly Point[] {
  const found = new Set(first);
  // A set that grows is walked to its end.
  for (const { next } of found) for (const point of next) found.add(point);
  return [...found];
}

/**
 * The most messages that one person can get within a stretch of time, whichever way they go and as fast as holds let them.
 * @param counts whether a message is one of those that are counted
 */
export function worstCase(
  points: readonly Point[],
  windowMs: number,
  counts: (message: WorstMessage) => boolean,
): number {
  const memo = new Map<Point, Map<number, number>>();
  const most = (point: Point, leftMs: number): number => {
    const known = memo.get(point)?.get(leftMs);
    if (known !== undefined) return known;
    const afterMs = leftMs - point.leastMs;
    const own = point.message && counts(point.message) ? 1 : 0;
    const best = afterMs <= 0 ? 0 : own + Math.max(0, ...point.next.map((next) => most(next, afterMs)));
    memo.set(point, (memo.get(point) ?? new Map<number, number>()).set(leftMs, best));
    return best;
  };
  // The window begins with a message, so what holds before it does not count.
  const starts = points.filter(({ message }) => message && counts(message));
  return Math.max(0, ...starts.map((start) => most({ ...start, leastMs: 0 }, windowMs)));
}
