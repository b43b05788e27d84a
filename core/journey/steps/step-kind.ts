import type { z } from 'zod';
import type { Draft } from '../../draft.ts';
import type { Kind } from '../../kinds.ts';
import type { Path } from '../../problem.ts';
import type { DurationText } from '../../segment/condition.ts';
import type { InnerCondition } from '../../segment/condition-kind.ts';
import { keys, leaf } from '../../shape.ts';
import { id, text } from '../../values.ts';
import type { Channel, Step, Steps } from '../document.ts';
import type { EventPlace } from '../event-match.ts';
import type { Words } from '../words.ts';

/** A list of steps inside a step. */
export interface Body {
  readonly path: Path;
  readonly steps: Draft<Steps> | undefined;
  /** How long a person is held before they come into it, at the least. */
  readonly after?: DurationText | undefined;
}
/** A message that a step may send. */
export interface MessagePlace {
  readonly path: Path;
  readonly channel: Channel;
  readonly template: string;
}
/** A message that goes by one of these channels, some time after the one before it. */
export interface Sending {
  readonly channels: readonly Channel[];
  readonly after?: DurationText | undefined;
}
/** Another document that a step names. */
export interface Reference {
  readonly path: Path;
  readonly to: 'journey' | 'audience' | 'coupon' | 'table';
  readonly id: string;
}
/** A name under which a step keeps something for the steps behind it. */
export interface SavedName {
  readonly path: Path;
  /** Whether the name is the key at the path and not its value. */
  readonly at?: 'key';
  readonly name: string;
  /** The table whose row it keeps. */
  readonly table?: string | undefined;
}
/** A value of the journey, of its event or of the person that a step reads, such as `event.properties.total`. */
export interface ReadValue {
  readonly path: Path;
  readonly value: string;
}
/** How long a step may hold a person. */
export interface HoldPlace {
  readonly path: Path;
  readonly duration: DurationText;
}

/**
 * One kind of step: all that its documents may say stands in its file; the part it plays stands in `roles/`. What a step
 * holds is asked for with functions, so that no shared code needs to know the kinds. Paths start at the step.
 */
export interface StepKind<S extends Step = Step> extends Kind {
  /** Its name, which is the key that tells it. */
  readonly kind: string;
  /** The step's own keys; inner steps and conditions are read by their own kinds. */
  readonly schema: z.ZodObject;
  /** The lists of steps inside, in the order in which they are written. */
  bodies(step: Draft<S>): readonly Body[];
  conditions?(step: Draft<S>): readonly InnerCondition[];
  /** The events that it waits for. */
  events?(step: Draft<S>): readonly EventPlace[];
  messages?(step: Draft<S>): readonly MessagePlace[];
  /** The messages that follow each other; one message where it is not said. */
  sends?(step: Draft<S>): readonly Sending[];
  references?(step: Draft<S>): readonly Reference[];
  saves?(step: Draft<S>): readonly SavedName[];
  reads?(step: Draft<S>): readonly ReadValue[];
  /** The durations for which it may hold a person. */
  holds?(step: Draft<S>): readonly HoldPlace[];
  /** The duration that nobody passes it in less than. */
  lasts?(step: Draft<S>): DurationText | undefined;
  /** How often its bodies are walked, and how long a person waits in between. */
  rounds?(step: Draft<S>): { readonly times: number; readonly every: DurationText | undefined };
  /** Whether every person who arrives goes through one of the bodies; with no bodies, nobody goes on. */
  isExhaustive?(step: Draft<S>): boolean;
  /** What leads into each body, in their order, for a diagram; then what leads straight on, where that is possible. */
  ways?(step: S, words: Words): readonly string[];
  /** Whether its bodies lead back to it. */
  readonly loops?: true;
  /** What it does, as one sentence for a diagram. */
  says(step: S, words: Words): string;
}

/** The schema of a step's own keys; all steps may have an id and a name. */
export const stepKeys = <Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
): z.ZodObject<Shape & { id: z.ZodType; name: z.ZodType }, z.core.$strict> =>
  keys('a step', { id: id.optional(), name: text('a name').optional(), ...shape });

/** The place of a list of steps. */
export const stepList = leaf(
  (value) => (Array.isArray(value) ? undefined : { code: 'wrong-type', must: 'a list of steps' }),
  { $ref: '#/$defs/steps' },
);
