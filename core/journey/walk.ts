import type { Draft } from '../draft.ts';
import { kindOf } from '../kinds.ts';
import type { Path } from '../problem.ts';
import { conditionsIn, type ConditionPlace } from '../segment/parse-condition.ts';
import type { Journey, Step, Steps } from './document.ts';
import type { EventPlace } from './event-match.ts';
import { nameOf } from './parse.ts';
import type { StepKind } from './steps/step-kind.ts';
import { stepKinds } from './steps/registry.ts';

/** A step where it stands in a journey. */
export interface StepPlace<S extends Step = Step> {
  readonly kind: StepKind<S>;
  readonly step: Draft<S>;
  readonly path: Path;
  /** As sentences name it: `step "nudge"`. */
  readonly name: string;
}

/** The kind of a step; undefined for one that could not be read. */
export const stepKindOf = (step: Draft<Step>): StepKind | undefined => kindOf(stepKinds, step);

/** All steps of a list and of the lists inside it, in the order of the file; unreadable ones are passed over. */
export function stepsIn(steps: Draft<Steps> | undefined, path: Path): readonly StepPlace[] {
  return (steps ?? []).flatMap((step, index) => {
    const kind = step && stepKindOf(step);
    if (!step || !kind) return [];
    const at = [...path, index];
    const inner = kind.bodies(step).flatMap((body) => stepsIn(body.steps, [...at, ...body.path]));
    return [{ kind, step, path: at, name: nameOf(kind, step) }, ...inner];
  });
}

/** The steps of one kind. */
export const ofKind = <S extends Step>(places: readonly StepPlace[], kind: StepKind<S>): readonly StepPlace<S>[] =>
  places.filter((place): place is StepPlace & StepPlace<S> => place.kind.key === kind.key);

/** Every list of steps in a journey: the journey's own, and those inside its steps. */
export const listsIn = (
  steps: Draft<Steps> | undefined,
  places: readonly StepPlace[],
): readonly { readonly path: Path; readonly steps: Draft<Steps> }[] =>
  [
    { path: ['steps'], steps },
    ...places.flatMap(({ kind, step, path }) =>
      kind.bodies(step).map((body) => ({ ...body, path: [...path, ...body.path] })),
    ),
  ].flatMap((one) => (one.steps === undefined ? [] : [{ path: one.path, steps: one.steps }]));

/** All conditions of a journey: of its entry, its exits and its steps. */
export function journeyConditions(journey: Draft<Journey>, places: readonly StepPlace[]): readonly ConditionPlace[] {
  return [
    ...conditionsIn(journey.entry?.when, ['entry', 'when']),
    ...(journey.exit ?? []).flatMap((exit, index) =>
      exit && 'when' in exit ? conditionsIn(exit.when, ['exit', index, 'when']) : [],
    ),
    ...places.flatMap(({ kind, step, path }) =>
      (kind.conditions?.(step) ?? []).flatMap((one) => conditionsIn(one.condition, [...path, ...one.path])),
    ),
  ];
}

/** All events that a journey listens for once it was entered: exits, the goal, and its steps. */
export function journeyEvents(journey: Draft<Journey>, places: readonly StepPlace[]): readonly EventPlace[] {
  const { goal } = journey;
  return [
    ...(journey.exit ?? []).flatMap((exit, index) =>
      exit && 'on' in exit && exit.on ? [{ path: ['exit', index, 'on'], match: exit.on }] : [],
    ),
    ...(goal?.on ? [{ path: ['goal', 'on'], match: goal.on }] : []),
    ...places.flatMap(({ kind, step, path }) =>
      (kind.events?.(step) ?? []).map((one) => ({ path: [...path, ...one.path], match: one.match })),
    ),
  ];
}
