import { assignVariant } from '../core/experiment/assign.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type {
  CascadeStep,
  EventMatch,
  Journey,
  RepeatStep,
  Step,
  Steps,
  Until,
  WaitUntil,
} from '../core/journey/document.ts';
import { parseDuration } from '../core/time/duration.ts';
import type { Condition, SequenceCondition } from '../core/segment/condition.ts';
import { dayMs, hourMs } from './builders.ts';

/** What happened to the person from outside. */
export interface Happened {
  readonly atMs: number;
  readonly name: string;
  readonly properties: JsonObject;
}
interface Sent {
  readonly template: string;
  readonly topic?: string;
  readonly atMs: number;
}
/** What a reading of the document says must come out. */
export interface Reading {
  readonly path: readonly string[];
  readonly sends: readonly Sent[];
  readonly emits: number;
  /** Other journeys that were started, tasks that were asked for, codes that were given out. */
  readonly starts: number;
  readonly tasks: readonly string[];
  readonly codes: number;
  readonly isInAudience: boolean;
  readonly status: 'completed' | 'exited' | 'active';
}
class Ended extends Error {}
class Unfinished extends Error {}

/**
 * Reads a journey document from top to bottom for one person, in UTC and with nothing in the way of a message. It knows
 * nothing of plans, touches or state machines: it is what the compiled journey is compared with.
 */
export function readJourney(
  journey: Journey,
  profileId: string,
  trigger: Happened,
  events: readonly Happened[],
  endMs: number,
  parkAfter?: string,
): Reading {
  const path: string[] = [];
  const sends: Sent[] = [];
  const [traits, saved] = [new Map<string, Json>(), new Map<string, Json>()];
  const [tasks, codes] = [[] as string[], new Set<string>()];
  let [nowMs, emits, starts, isInAudience] = [trigger.atMs, 0, 0, false];
  const past = (): readonly Happened[] => events.filter((event) => event.atMs <= nowMs);
  const matches = ({ event, where }: EventMatch, { name, properties }: Happened): boolean =>
    [event].flat().includes(name) && Object.entries(where ?? {}).every(([key, value]) => properties[key] === value);
  const lengthMs = (text: string): number => {
    const { days, timeMs } = parseDuration(text)!;
    return days * dayMs + timeMs;
  };

  function holds(condition: Condition): boolean {
    if ('all' in condition) return condition.all.every(holds);
    if ('any' in condition) return condition.any.some(holds);
    if ('not' in condition) return !holds(condition.not);
    if ('trait' in condition) return traits.get(condition.trait) === condition.is;
    if ('value' in condition)
      return condition.value.startsWith('journey.')
        ? saved.has(condition.value.split('.')[1]!)
        : Number(trigger.properties['total']) > condition.above!;
    if ('sequence' in condition) return isInOrder(condition);
    const {
      did,
      didNot,
      within,
      atLeast = 1,
    } = condition as { did?: string; didNot?: string; within?: string; atLeast?: number };
    const isLive = (event: Happened): boolean => within === undefined || nowMs < event.atMs + lengthMs(within);
    const count = past().filter((event) => event.name === (did ?? didNot) && isLive(event)).length;
    return did === undefined ? count === 0 : count >= atLeast;
  }

  /** Of two parts, since the last of what must not follow. */
  function isInOrder({ sequence, within, thenNot, for: quiet }: SequenceCondition): boolean {
    const timesOf = (name: unknown): readonly number[] =>
      past()
        .filter((event) => event.name === name)
        .map(({ atMs }) => atMs);
    const [firsts, seconds] = [timesOf(sequence[0]!.did), timesOf(sequence[1]!.did)];
    const sinceMs = Math.max(-Infinity, ...timesOf(thenNot));
    const isEnd = (ms: number): boolean => firsts.some((first) => first < ms && ms < first + lengthMs(within!));
    return nowMs >= Math.min(Infinity, ...seconds.filter((ms) => ms > sinceMs && isEnd(ms))) + lengthMs(quiet!);
  }

  /** Passes the time to an instant; an exit ends it, `isOver` ends it early. */
  function pass(untilMs: number, isOver: (event?: Happened) => boolean, expiries: readonly number[]): boolean {
    const enteredMs = nowMs;
    // A state machine's time-out is a whole number of seconds, at least one; whoever is parked is looked for at the instant itself.
    const isParked = parkAfter !== undefined && enteredMs + lengthMs(parkAfter) <= untilMs;
    const wakeMs = isParked ? untilMs : enteredMs + Math.max(1, Math.ceil((untilMs - enteredMs) / 1000)) * 1000;
    const moments = [...events.map((event) => event.atMs), ...expiries].filter((ms) => ms > enteredMs && ms < wakeMs);
    for (const ms of [...new Set(moments)].sort((a, b) => a - b)) {
      if (ms > endMs) throw new Unfinished();
      nowMs = ms;
      const event = events.find((one) => one.atMs === ms);
      if (event && journey.exit?.some((exit) => 'on' in exit && matches(exit.on, event))) throw new Ended();
      if (isOver(event)) return true;
    }
    if (wakeMs > endMs) throw new Unfinished();
    nowMs = wakeMs;
    return false;
  }

  function wait(step: string | WaitUntil): void {
    if (typeof step === 'string') return void pass(nowMs + lengthMs(step), () => false, []);
    const midnight = Math.floor(nowMs / dayMs) * dayMs;
    const at = (text: string): number => midnight + Number(text.slice(0, 2)) * hourMs;
    if ('between' in step) {
      const [from, to] = step.between.map(at) as [number, number];
      if (nowMs >= from && nowMs < to) return;
      return void pass(nowMs < from ? from : from + dayMs, () => false, []);
    }
    const instant = at(step.until as string);
    if (instant !== nowMs) pass(instant > nowMs ? instant : instant + dayMs, () => false, []);
  }

  const changes = events.flatMap((event) => [dayMs, 2 * dayMs].map((ms) => event.atMs + ms));
  /** Whether what ends a stretch of steps has come since it began. */
  const isOver = (until: Until | undefined, sinceMs: number): boolean =>
    until !== undefined &&
    ('event' in until ? past().some((event) => event.atMs > sinceMs && matches(until, event)) : holds(until));
  /** Waits inside such a stretch. @returns whether it is over */
  const rest = (every: string, until: Until | undefined, sinceMs: number): boolean =>
    isOver(until, sinceMs) || pass(nowMs + lengthMs(every), () => isOver(until, sinceMs), changes);

  function repeat(id: string, { times, every, until, steps }: RepeatStep['repeat']): void {
    const sinceMs = nowMs;
    for (let round = 1; ; round++) {
      path.push(`${id}.round`);
      if (round > times || isOver(until, sinceMs)) return;
      list(steps);
      if (every === undefined) continue;
      path.push(`${id}.wait`);
      if (round >= times || rest(every, until, sinceMs)) return;
    }
  }
  function cascade(id: string, { cascade: contents, every, until, topic }: CascadeStep): void {
    const sinceMs = nowMs;
    for (const [index, content] of contents.entries()) {
      path.push(`${id}.${index + 1}`);
      if (isOver(until, sinceMs)) return;
      sends.push({ template: content.email!, atMs: nowMs, ...(topic && { topic }) });
      if (index === contents.length - 1) return;
      path.push(`${id}.${index + 1}-wait`);
      if (rest(every, until, sinceMs)) return;
    }
  }

  function one(step: Step): void {
    if ('end' in step) {
      path.push(step.id!);
      throw new Finished();
    }
    path.push(step.id!);
    if ('send' in step) {
      const content = 'firstOf' in step.send ? step.send.firstOf.find(({ email }) => email !== undefined)! : step.send;
      sends.push({ template: content.email!, atMs: nowMs });
    } else if ('update' in step) Object.entries(step.update.traits).forEach(([name, value]) => traits.set(name, value));
    else if ('emit' in step) emits++;
    else if ('start' in step) starts++;
    else if ('task' in step) tasks.push(step.task.title);
    else if ('coupon' in step) codes.add(step.id!);
    else if ('audience' in step) isInAudience = step.audience.add !== undefined;
    else if ('call' in step) saved.set(Object.keys(step.call.save!)[0]!, true);
    else if ('lookup' in step) saved.set(step.save, true);
    else if ('repeat' in step) repeat(step.id!, step.repeat);
    else if ('cascade' in step) cascade(step.id!, step);
    else if ('wait' in step) wait(step.wait);
    else if ('branch' in step) list(step.branch.find((option) => holds(option.when))?.steps ?? step.otherwise ?? []);
    else if ('experiment' in step)
      list(step.variants.find(({ id }) => id === assignVariant(step.experiment, profileId, step.variants))!.steps);
    else if ('waitFor' in step) {
      const { waitFor } = step;
      const untilMs = nowMs + lengthMs(step.within);
      const isMet =
        'when' in waitFor
          ? holds(waitFor.when) || pass(untilMs, () => holds(waitFor.when), changes)
          : pass(untilMs, (event) => event !== undefined && matches(waitFor, event), []);
      list((isMet ? step.then : step.otherwise) ?? []);
    } else throw new RangeError(`The reader does not know ${Object.keys(step).join(', ')}`);
  }
  const list = (steps: Steps): void => steps.forEach(one);

  class Finished extends Error {}
  const outcome = (status: Reading['status']): Reading => {
    const counts = { emits, starts, codes: codes.size, isInAudience };
    return { path, sends, ...counts, tasks, status };
  };
  try {
    list(journey.steps);
  } catch (error) {
    if (error instanceof Ended) return outcome('exited');
    if (error instanceof Unfinished) return outcome('active');
    if (!(error instanceof Finished)) throw error;
  }
  return outcome('completed');
}
