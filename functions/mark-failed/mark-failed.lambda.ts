import { decisionPorts } from '../aws/container.ts';
import { observed } from '../middleware.ts';
import { markFailed, type FailTask } from './mark-failed.ts';

/** A task of a journey's state machine. */
export const handler = observed(async (task: FailTask) => markFailed(await decisionPorts())(task));
