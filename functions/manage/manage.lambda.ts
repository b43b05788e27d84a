import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import { entryPorts } from '../aws/container-executions.ts';
import { laterQuarantine, openQuarantine } from '../aws/container-quarantine.ts';
import { definitions, dynamo } from '../aws/container.ts';
import { setting } from '../aws/setting.ts';
import { DynamoExperiments } from '../aws/experiments.ts';
import { DynamoDirectory } from '../aws/directory.ts';
import { changeConsent } from '../change-consent/change-consent.ts';
import { enterJourney } from '../enter-journey/enter-journey.ts';
import { groups } from '../aws/container-groups.ts';
import { fills, ranks } from '../aws/container-fills.ts';
import { personal } from '../aws/container-personal.ts';
import { ENV } from '../env.ts';
import { logger, observed, sayingOf } from '../middleware.ts';
import { apiRoutes } from '../parts/http/api.ts';
import { mount } from '../parts/http/mount.ts';
import { suppressAddress } from '../suppress-address/suppress-address.ts';

let answer: ReturnType<typeof handle> | undefined;
async function build(): Promise<ReturnType<typeof handle>> {
  const ports = await entryPorts();
  const routes = apiRoutes({
    ports,
    experiments: new DynamoExperiments(dynamo(), setting(ENV.table)),
    directory: new DynamoDirectory(dynamo(), setting(ENV.table), definitions()),
    enter: enterJourney(ports),
    changeConsent: changeConsent(ports),
    unmerge: async (task) => (await import('../unmerge-profile/unmerge-profile.ts')).unmergeProfile(ports)(task),
    suppress: suppressAddress(ports),
    completeTask: async (task) => (await import('../complete-task/complete-task.ts')).completeTask(ports)(task),
    countCoupons: async (pool) =>
      (await import('../aws/coupon-counts.ts')).countCoupons(dynamo(), setting(ENV.table), pool),
    fills: fills(),
    ranks: ranks(),
    groups,
    quarantine: laterQuarantine,
    replay: async (task) => {
      const [{ replayQuarantined }, { acceptEvents }] = await Promise.all([
        import('../replay-quarantined/replay-quarantined.ts'),
        import('../accept-events/accept-events.ts'),
      ]);
      const onError = (quarantineId: string, error: unknown): void =>
        logger.error('An event could not be replayed.', { quarantineId, reason: sayingOf(error) });
      const quarantine = await openQuarantine();
      return replayQuarantined({
        ...ports,
        ...{ quarantine, accept: acceptEvents(ports), durable: () => ports.profiles.durable(), onError },
      })(task);
    },
    describeSchedule: async (journey) => (await import('../aws/open/schedule.ts')).describe(ports, journey),
    personal,
    erase: async (task) =>
      (await import('../erase-person/erase-person.ts')).erasePerson({ ...ports, personal: await personal() })(task),
    durable: () => ports.profiles.durable(),
  });
  const app = new Hono();
  mount(app, routes, (error, requestId) => logger.error('A request failed.', { requestId, reason: sayingOf(error) }));
  return handle(app);
}

/** The management API; HTTP API has checked the bearer's token. */
export const handler = observed(async (event: Parameters<ReturnType<typeof handle>>[0]) =>
  (answer ??= await build())(event),
);
