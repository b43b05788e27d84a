import type { Journey, Step, Steps } from '../../../../core/journey/document.ts';
import type { Condition } from '../../../../core/segment/condition.ts';

/** What a small journey may be asked about: events with these names happened so far. */
type History = ReadonlySet<string>;

/** Conditions as they are, for one history and one value of `event.properties.total`. */
function holds(condition: Condition, history: History, total: number): boolean {
  if ('not' in condition) return !holds(condition.not, history, total);
  if ('did' in condition) return [condition.did].flat().some((name) => history.has(name));
  if ('didNot' in condition) return ![condition.didNot].flat().some((name) => history.has(name));
  if ('value' in condition) return total > (condition.above ?? 0);
  throw new RangeError('No such condition in small journeys.');
}

const subsets = (names: readonly string[]): readonly (readonly string[])[] =>
  names.reduce<readonly (readonly string[])[]>((all, name) => [...all, ...all.map((one) => [...one, name])], [[]]);

/**
 * Whether a message can go out after an event, by trying everything: which events had happened before, and which come
 * before each step and at each wait. It reads the document from top to bottom, and knows nothing of plans or machines.
 */
export class AfterByForce {
  private readonly journey: Journey;
  private readonly event: string;
  private readonly names: readonly string[];
  private readonly isMeant: (step: Step) => boolean;
  private readonly tried = new Set<string>();
  private total = 0;

  constructor(journey: Journey, event: string, names: readonly string[], isMeant: (step: Step) => boolean) {
    this.journey = journey;
    this.event = event;
    this.names = names;
    this.isMeant = isMeant;
  }

  isPossible(): boolean {
    return [0, 100].some((total) => {
      this.total = total;
      this.tried.clear();
      return subsets(this.names).some((before) => this.entered(new Set(before)));
    });
  }

  private entered(before: History): boolean {
    const { entry, steps } = this.journey;
    if (!('event' in entry.on)) return false;
    return [entry.on.event].flat().some((name) => {
      const history = new Set([...before, name]);
      if (this.isEnded(history) || (entry.when && !holds(entry.when, history, this.total))) return false;
      return this.anyTime(history).some((one) => this.walk(steps, one, 'top', () => false));
    });
  }

  private isEnded(history: History): boolean {
    if (this.journey.kind === 'acquisition' && history.has('Order Completed')) return true;
    return (this.journey.exit ?? []).some((exit) => 'when' in exit && holds(exit.when, history, this.total));
  }
  /** The history after an event; `undefined` where it ends the enrollment. */
  private accept(name: string, before: History): History | undefined {
    const isExit = (this.journey.exit ?? []).some((exit) => 'on' in exit && [exit.on.event].flat().includes(name));
    const history = new Set([...before, name]);
    return isExit || this.isEnded(history) ? undefined : history;
  }
  /** All histories that a person may have a moment later, being still inside. */
  private anyTime(
    from: History,
    isOver: (name: string, history: History) => boolean = () => false,
  ): readonly History[] {
    const found = new Map([[[...from].sort().join(), from]]);
    for (const history of found.values()) {
      for (const name of this.names) {
        const next = this.accept(name, history);
        if (next && !isOver(name, next)) found.set([...next].sort().join(), next);
      }
    }
    return [...found.values()];
  }

  private walk(
    steps: Steps,
    history: History,
    place: string,
    after: (history: History) => boolean,
    index = 0,
  ): boolean {
    const at = `${place}.${index}|${[...history].sort().join()}`;
    if (this.tried.has(at)) return false;
    this.tried.add(at);
    const step = steps[index];
    if (!step) return after(history);
    const on = (next: History): boolean => this.walk(steps, next, place, after, index + 1);
    const into = (inner: Steps | undefined, name: string, next: History): boolean =>
      this.walk(inner ?? [], next, `${place}.${index}.${name}`, on);
    if ('send' in step) return this.anyTime(history).some((one) => this.goesOut(step, one) || on(one));
    if ('end' in step) return false;
    if ('branch' in step) {
      const way = step.branch.findIndex(({ when }) => holds(when, history, this.total));
      return into(way < 0 ? step.otherwise : step.branch[way]!.steps, String(way), history);
    }
    if ('experiment' in step) return step.variants.some(({ id, steps: inner }) => into(inner, id, history));
    if ('waitFor' in step) return this.waitFor(step, history, into);
    return this.anyTime(history).some(on);
  }

  private goesOut(step: Step, history: History): boolean {
    if (!history.has(this.event) || !this.isMeant(step)) return false;
    const isComplaint = history.has('Email Complained') && 'send' in step && 'email' in step.send;
    return this.journey.kind === 'transactional' || !isComplaint;
  }

  private waitFor(
    step: Extract<Step, { waitFor: unknown }>,
    history: History,
    into: (steps: Steps | undefined, name: string, history: History) => boolean,
  ): boolean {
    const { waitFor } = step;
    const isOver = (name: string, next: History): boolean =>
      'when' in waitFor ? holds(waitFor.when, next, this.total) : [waitFor.event].flat().includes(name);
    if ('when' in waitFor && isOver('', history)) return into(step.then, 'then', history);
    const waiting = this.anyTime(history, isOver);
    const answered = waiting.flatMap((one) =>
      this.names.flatMap((name) => {
        const next = this.accept(name, one);
        return next && isOver(name, next) ? [next] : [];
      }),
    );
    return (
      answered.some((one) => into(step.then, 'then', one)) ||
      waiting.some((one) => into(step.otherwise, 'otherwise', one))
    );
  }
}

const dayMs = 86_400_000;
const days = (text: string): number => Number(/^P(\d+)D$/.exec(text)![1]) * dayMs;

/** One way through a journey: after how much time at least each message goes out, and how long it takes. */
interface Way {
  readonly sends: readonly number[];
  readonly lasts: number;
  readonly isOver: boolean;
}
const joined = (first: Way, second: Way): Way => ({
  sends: [...first.sends, ...second.sends.map((ms) => ms + first.lasts)],
  lasts: first.lasts + second.lasts,
  isOver: second.isOver,
});
const nothing: Way = { sends: [], lasts: 0, isOver: false };

/** Every way through a list of steps, and (where people may be restarted) every way up to one of its waits. */
function waysThrough(steps: Steps, isCut: boolean, total: number): readonly Way[] {
  return steps.reduce<readonly Way[]>(
    (all, step) =>
      all.flatMap((way) => (way.isOver ? [way] : waysOf(step, isCut, total).map((next) => joined(way, next)))),
    [nothing],
  );
}

function waysOf(step: Step, isCut: boolean, total: number): readonly Way[] {
  const cut: readonly Way[] = isCut ? [{ ...nothing, isOver: true }] : [];
  const held = (ms: number, inner: Steps | undefined): readonly Way[] =>
    waysThrough(inner ?? [], isCut, total).map((way) => joined({ ...nothing, lasts: ms }, way));
  if ('send' in step) return [{ sends: [0], lasts: 0, isOver: false }];
  if ('end' in step) return [{ ...nothing, isOver: true }];
  if ('wait' in step) return [...held(days(step.wait as string), []), ...cut];
  if ('waitFor' in step) return [...held(0, step.then), ...held(days(step.within), step.otherwise), ...cut];
  if ('experiment' in step) return step.variants.flatMap(({ steps }) => waysThrough(steps, isCut, total));
  if ('branch' in step) {
    const chosen = step.branch.find(({ when }) => holds(when, new Set(), total));
    return waysThrough(chosen ? chosen.steps : (step.otherwise ?? []), isCut, total);
  }
  return [nothing];
}

/** Whether more than so many messages can come within so many days, by putting all ways one behind another. */
export function tooManyByForce({ entry, steps }: Journey, most: number, within: string): boolean {
  const isCut = entry.meanwhile === 'restart';
  const ways = [0, 100].flatMap((total) => waysThrough(steps, isCut, total).filter(({ sends }) => sends.length > 0));
  if (entry.key !== undefined) return ways.length > 0;
  // A way behind another counts from the first of its own messages as well: as many as could matter are enough.
  const rounds = entry.again === 'never' && !isCut ? 1 : most + 1;
  let chains: readonly Way[] = [nothing];
  for (let round = 0; round < rounds; round++) {
    const longer = chains.flatMap((chain) => ways.map((way) => joined(chain, way)));
    if (longer.some(({ sends }) => sends.some((ms, at) => (sends[at + most] ?? Infinity) - ms < days(within))))
      return true;
    chains = shortest(longer);
  }
  return false;
}

/** Ways that no other is at least as good as: of the same end, with as many messages as late. */
const shortest = (ways: readonly Way[]): readonly Way[] => {
  const once = new Map(
    ways.map((way) => [
      way.sends
        .slice(-4)
        .map((ms) => way.lasts - ms)
        .join(),
      way,
    ]),
  );
  return [...once.values()];
};
