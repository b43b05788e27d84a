import { factOf } from '../aws/bus.ts';
import { executionPorts } from '../aws/container-executions.ts';
import { unaskable } from '../aws/unaskable.ts';
import { parseFact } from '../aws/tasks.ts';
import { takesMessages } from '../middleware.ts';
import { resumeEnrollment } from './resume-enrollment.ts';

/** Completes the tokens of enrollments that ended, or whose hold is over. */
export const handler = takesMessages(parseFact, async (fact) =>
  resumeEnrollment({ ...(await executionPorts()), channels: unaskable })(factOf(fact).name),
);
