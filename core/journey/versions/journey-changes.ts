import { canonicalJson } from '../../json.ts';
import type { Journey } from '../document.ts';
import { entryWords, exitWords, goalWords } from '../draw/entry-words.ts';
import { english, type Words } from '../words.ts';
import { changedKeys, stepChanges } from './step-changes.ts';

/** What is different in a journey, in words, in the order in which it is written; empty where nothing is. */
export function journeyChanges(before: Journey, after: Journey, words: Words = english): readonly string[] {
  return changedKeys(before, after).flatMap((key) => sentencesOf(key, before, after, words));
}

function sentencesOf(key: string, before: Journey, after: Journey, words: Words): readonly string[] {
  switch (key) {
    case 'steps':
      return stepChanges(before, after, words);
    case 'entry':
      return [said('Who comes in', entryWords(before.entry, words), entryWords(after.entry, words))];
    case 'exit':
      return exitChanges(before, after, words);
    case 'goal': {
      const of = ({ goal }: Journey): string => (goal ? goalWords(goal, words) : 'none.');
      return [said('The goal', of(before), of(after))];
    }
    case 'holdout':
      return [
        `The holdout was ${before.holdout ?? 0}% and is ${after.holdout ?? 0}% now; who has been drawn stays so.`,
      ];
    default:
      return [valueChange(key, before, after)];
  }
}

/** What the words cannot tell apart differs in its settings. */
const said = (what: string, was: string, is: string): string =>
  was === is ? `${what} has other settings.` : `${what} was: ${was} It is now: ${is}`;

function exitChanges(before: Journey, after: Journey, words: Words): readonly string[] {
  const [old, now] = [before, after].map(
    ({ exit = [] }) => new Map(exit.map((one) => [canonicalJson(one), exitWords(one, words)])),
  ) as [Map<string, string>, Map<string, string>];
  const gone = [...old].filter(([text]) => !now.has(text)).map(([, says]) => `An exit is gone. It was: ${says}`);
  const added = [...now].filter(([text]) => !old.has(text)).map(([, says]) => `An exit is new: ${says}`);
  return gone.length + added.length > 0 ? [...gone, ...added] : ['The exits stand in another order.'];
}

function valueChange(key: string, before: Journey, after: Journey): string {
  const shown = (journey: object): string => {
    const value: unknown = new Map(Object.entries(journey)).get(key);
    return value === undefined ? 'not said' : canonicalJson(value);
  };
  const [was, is] = [shown(before), shown(after)];
  const isShort = was.length <= 80 && is.length <= 80;
  return isShort ? `Its ${key} was ${was} and is ${is} now.` : `Its ${key} has changed.`;
}
