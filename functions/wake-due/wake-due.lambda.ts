import { dueRows } from '../aws/container-due.ts';
import { groups } from '../aws/container-groups.ts';
import { personal } from '../aws/container-personal.ts';
import { executionPorts } from '../aws/container-executions.ts';
import { realClock } from '../aws/real-clock.ts';
import { parseDuePlace } from '../aws/tasks.ts';
import { takesMessages } from '../middleware.ts';
import { inTurns } from '../parts/in-turns.ts';
import { wakeDue } from './wake-due.ts';

/** Rows looked at side by side. */
const atOnce = 16;

/** Looks at all that is due in one minute and shard; what fails stays, and the message comes again for it. */
export const handler = takesMessages(parseDuePlace, async (place) => {
  const wake = wakeDue({ ...(await executionPorts()), personal, groups });
  const rows = dueRows();
  await inTurns(await rows.at(place, realClock.nowMs()), atOnce, async (due) => {
    await wake(due);
    await rows.done(due, place);
  });
});
