import type { z } from 'zod';
import type { Draft } from '../draft.ts';
import { isObject } from '../json.ts';
import type { Path } from '../problem.ts';
import { conditionSlot } from '../segment/condition-kinds.ts';
import { where } from '../segment/operator-shapes.ts';
import { either, keys } from '../shape.ts';
import { names, path, text } from '../values.ts';
import type { EventMatch } from './document.ts';

const shape = { event: names, where: where.optional(), key: path.optional() };

/** An event to listen for. */
export const eventMatch = keys('an event to listen for, such as { "event": "Order Completed" }', shape);
/** An event to listen for, perhaps one that a step of this enrollment caused. */
export const eventOfStep = keys('an event to listen for, such as { "event": "Order Completed" }', {
  ...shape,
  of: text('the id of a step').optional(),
});
const when = conditionSlot();
/** An event to listen for, or a condition. */
export const eventOrCondition: z.ZodType = either(
  (value) => (isObject(value) && Object.hasOwn(value, 'event') ? eventMatch : when),
  [eventMatch, when],
);

/** An event that a document listens for, and where it says so. */
export interface EventPlace {
  readonly path: Path;
  readonly match: Draft<EventMatch>;
}
