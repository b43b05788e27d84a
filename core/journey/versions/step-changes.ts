import { canonicalJson } from '../../json.ts';
import type { Journey, Step } from '../document.ts';
import { stepsIn } from '../walk.ts';
import type { Words } from '../words.ts';
import { ownText } from './same-step.ts';

/** A step as it stands in a document. */
interface Stood {
  readonly step: Step;
  /** Its id, or where it has none, its kind and its number within it. */
  readonly name: string;
  readonly says: string;
  readonly own: string;
  /** The step and the list of it that it stands in. */
  readonly list: string;
}

/** What has become of the steps of a journey, a sentence each: those that are gone, then the others in their order. */
export function stepChanges(before: Journey, after: Journey, words: Words): readonly string[] {
  const [old, now] = [standing(before, words), standing(after, words)];
  const gone = [...old].filter(([identity]) => !now.has(identity));
  const moved = movedAmong([...old], [...now]);
  return [
    ...gone.map(([, { name, says }]) => `Step ${name} is gone. It was: ${says}`),
    ...[...now].flatMap(([identity, step]) => {
      const was = old.get(identity);
      if (!was) return [`Step ${step.name} is new: ${step.says}`];
      return [
        ...(was.own === step.own ? [] : [changeOf(was, step)]),
        ...(moved.has(identity) ? [`Step ${step.name} stands elsewhere now.`] : []),
      ];
    }),
  ];
}

/** Steps by what makes them the same: their id, else what they say and the how-manyth that says so. */
function standing({ steps }: Journey, words: Words): ReadonlyMap<string, Stood> {
  const found = new Map<string, Stood>();
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  const next = (key: string): number => {
    counts.set(key, (counts.get(key) ?? 0) + 1);
    return counts.get(key)!;
  };
  for (const { kind, step: read, path } of stepsIn(steps, ['steps'])) {
    // Of checked documents nothing is missing.
    const step = read as Step;
    const own = ownText(step);
    const name = `"${step.id ?? `${kind.kind} ${next(`number ${kind.kind}`)}`}"`;
    const identity = step.id === undefined ? `=${own} ${next(own)}` : `#${step.id}`;
    names.set(path.join('.'), identity);
    found.set(identity, { step, name, own, says: kind.says(step, words), list: listOf(path, names) });
  }
  return found;
}

/** `steps`, or the step that the list stands in and the way to it: a step that moves takes its lists along. */
function listOf(path: readonly (string | number)[], names: ReadonlyMap<string, string>): string {
  for (let length = path.length - 1; length > 1; length--) {
    const within = names.get(path.slice(0, length).join('.'));
    if (within !== undefined) return `${within}/${path.slice(length, -1).join('.')}`;
  }
  return 'steps';
}

function changeOf(was: Stood, is: Stood): string {
  if (was.says !== is.says) return `Step ${is.name} said: ${was.says} It says now: ${is.says}`;
  const keys = changedKeys(was.step, is.step).filter((key) => key !== 'name');
  if (keys.length === 0) return `Step ${is.name} has another name.`;
  return `Step ${is.name} has other settings: ${keys.join(', ')}.`;
}

/** Keys of an object whose values differ. */
export function changedKeys(was: object, is: object): readonly string[] {
  const [before, after] = [new Map(Object.entries(was)), new Map(Object.entries(is))];
  const keys = [...new Set([...before.keys(), ...after.keys()])];
  return keys.filter((key) => canonicalJson(before.get(key)) !== canonicalJson(after.get(key)));
}

/** Steps of both documents that stand in another list, or in another order; as few as explain it. */
function movedAmong(
  old: readonly (readonly [string, Stood])[],
  now: readonly (readonly [string, Stood])[],
): ReadonlySet<string> {
  const before = new Map(old);
  const kept = now.filter(([identity, { list }]) => before.get(identity)?.list === list).map(([identity]) => identity);
  const order = new Map(old.map(([identity], index) => [identity, index]));
  const inOrder = new Set(longestRising(kept, (identity) => order.get(identity)!));
  return new Set(
    now.map(([identity]) => identity).filter((identity) => before.has(identity) && !inOrder.has(identity)),
  );
}

/** The longest part of a list whose numbers rise. */
function longestRising<T>(list: readonly T[], numberOf: (one: T) => number): readonly T[] {
  let best: readonly T[] = [];
  const ending = new Map<T, readonly T[]>();
  list.forEach((one, index) => {
    let longest: readonly T[] = [];
    for (const other of list.slice(0, index)) {
      const chain = ending.get(other)!;
      if (numberOf(other) < numberOf(one) && chain.length > longest.length) longest = chain;
    }
    const chain = [...longest, one];
    ending.set(one, chain);
    if (chain.length > best.length) best = chain;
  });
  return best;
}
