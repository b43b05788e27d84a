import { dueRows } from '../aws/container-due.ts';
import { groups } from '../aws/container-groups.ts';
import { personal } from '../aws/container-personal.ts';
import { executionPorts } from '../aws/container-executions.ts';
import type { DuePlace } from '../aws/due-rows.ts';
import { realClock } from '../aws/real-clock.ts';
import { setting } from '../aws/setting.ts';
import { parseDuePlace } from '../aws/tasks.ts';
import { ENV } from '../env.ts';
import { takesMessages } from '../middleware.ts';
import { wakeDue } from './wake-due.ts';
import { wakePlace } from '../parts/wake-place.ts';

/** Looks at all that is due in one minute and shard; what fails stays, and the message comes again for it. */
export const handler = takesMessages(parseDuePlace, async (place, leftMs) => {
  const wake = wakeDue({ ...(await executionPorts()), personal, groups });
  const rows = dueRows();
  const ports = {
    rows: () => rows.at(place, realClock.nowMs()),
    wake: async (due: Parameters<typeof wake>[0]) => {
      await wake(due);
      await rows.done(due, place);
    },
    tellAgain: () => tellAgain(place),
  };
  await wakePlace(ports, leftMs);
});

/** Few calls are so long: what speaks to the queue is loaded by those. */
async function tellAgain(place: DuePlace): Promise<void> {
  const [{ SQSClient }, { WakeQueue }] = await Promise.all([
    import('@aws-sdk/client-sqs'),
    import('../aws/wake-queue.ts'),
  ]);
  await new WakeQueue(new SQSClient({}), setting(ENV.wakeQueue)).tellAgain(place);
}
