import { executionPorts } from '../aws/container-executions.ts';
import { observed } from '../middleware.ts';
import { registerHold, type HoldTask } from './register-hold.ts';

/** A task of a journey's state machine. */
export const handler = observed(async (task: HoldTask) => registerHold(await executionPorts())(task));
