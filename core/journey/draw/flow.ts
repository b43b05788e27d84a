import type { Journey, Step, Steps } from '../document.ts';
import { stepKindOf } from '../walk.ts';
import { english, type Words } from '../words.ts';
import { entryWords, exitWords, goalWords, holdoutWords } from './entry-words.ts';

/** What one box of a diagram says. */
export interface Card {
  /** Its own within the diagram: where it stands in the document, such as `steps.2.then.0`. */
  readonly id: string;
  /** The step's kind; or `entry`, `exit`, `goal`, `holdout`, `done`. */
  readonly kind: string;
  /** The id that the document gives the step. */
  readonly stepId?: string;
  readonly says: string;
  readonly name?: string;
}
/** One way from a card, with the steps on it; an empty one goes straight on. */
export interface Lane {
  readonly label: string;
  readonly blocks: readonly Block[];
  /** Leads back to its card. */
  readonly isLoop: boolean;
}
/** A step, and the ways inside it. */
export interface Block {
  readonly card: Card;
  readonly lanes: readonly Lane[];
  /** Whether people go on to what follows: not beyond an end. */
  readonly goesOn: boolean;
}
/** A journey as it is drawn: nested, as it is written. */
export interface Flow {
  readonly title: string;
  readonly notes: readonly Card[];
  readonly entry: Card;
  readonly blocks: readonly Block[];
  readonly done: Card;
}

/** Reads a checked journey for a diagram. */
export function flowOf(journey: Journey, words: Words = english): Flow {
  const { entry, goal, exit = [], holdout = 0 } = journey;
  return {
    title: journey.name,
    notes: [
      ...(goal ? [{ id: 'goal', kind: 'goal', says: goalWords(goal, words) }] : []),
      ...exit.map((one, index) => ({ id: `exit.${index}`, kind: 'exit', says: exitWords(one, words) })),
      ...(holdout > 0 ? [{ id: 'holdout', kind: 'holdout', says: holdoutWords(holdout) }] : []),
    ],
    entry: { id: 'entry', kind: 'entry', says: entryWords(entry, words) },
    blocks: blocksOf(journey.steps, 'steps', words),
    done: { id: 'done', kind: 'done', says: 'Completed.' },
  };
}

const blocksOf = (steps: Steps, path: string, words: Words): readonly Block[] =>
  steps.map((step, index) => blockOf(step, `${path}.${index}`, words));

function blockOf(step: Step, id: string, words: Words): Block {
  const kind = stepKindOf(step);
  if (!kind) throw new RangeError(`Step ${id} is of no known kind: ${Object.keys(step).join(', ')}`);
  const bodies = kind.bodies(step);
  const labels = kind.ways?.(step, words) ?? bodies.map(({ path }) => String(path.at(-1)));
  const lanes = bodies.map(({ path, steps }, index): Lane => ({
    label: labels[index] ?? '',
    // The document is checked, so nothing in its lists is missing.
    blocks: blocksOf((steps ?? []) as Steps, [id, ...path].join('.'), words),
    isLoop: kind.loops === true,
  }));
  // Where the bodies are not all that may happen, people also go straight on.
  const isOpen = bodies.length > 0 && !kind.isExhaustive;
  const straight: Lane = { label: labels[bodies.length] ?? '', blocks: [], isLoop: false };
  return {
    card: {
      id,
      kind: kind.kind,
      ...(step.id !== undefined && { stepId: step.id }),
      says: kind.says(step, words),
      ...(step.name !== undefined && { name: step.name }),
    },
    lanes: isOpen ? [...lanes, straight] : lanes,
    goesOn: bodies.length > 0 || kind.isExhaustive?.(step) !== true,
  };
}
