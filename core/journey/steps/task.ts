import { keys } from '../../shape.ts';
import { text } from '../../values.ts';
import type { TaskStep } from '../document.ts';
import { stepKeys, type StepKind } from './step-kind.ts';

/** Asks a colleague to do something. */
export const task: StepKind<TaskStep> = {
  kind: 'task',
  key: 'task',
  schema: stepKeys({ task: keys('{ "queue": …, "title": … }', { queue: text('a queue'), title: text('a title') }) }),
  bodies: () => [],
  says: (step) => `Task for "${step.task.queue}".`,
};
