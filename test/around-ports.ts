import type fc from 'fast-check';
import { StoreUnavailable } from '../core/failures.ts';
import type { Asking } from '../core/enrollment/ask.ts';
import type { Channels, Content, Executions, Ports, ProfileStore } from '../core/ports.ts';

/** Stands around one call of a port: may put it off, or make it fail before or after its effect. */
export type Around = <T>(label: string, call: () => Promise<T>) => Promise<T>;

/** Leaves to a scheduler of fast-check when each call happens; the answer comes at once after it. */
export const scheduledBy =
  (scheduler: fc.Scheduler): Around =>
  async (label, call) => {
    await scheduler.schedule(Promise.resolve(), label);
    return call();
  };

/** What becomes of a commit on its way: nothing, or its answer is lost before or after the effect. */
export type CommitFault = 'none' | 'lost-before' | 'lost-after';

/** Loses answers of commits, as told by a list with one entry per commit; commits after its end are well. */
export function losing(faults: readonly CommitFault[], around: Around): Around {
  let commits = 0;
  return async (label, call) => {
    const fault = label === 'commit' ? (faults[commits++] ?? 'none') : 'none';
    if (fault === 'lost-before') throw new StoreUnavailable('lost on the way there');
    const answer = await around(label, call);
    if (fault === 'lost-after') throw new StoreUnavailable('lost on the way back');
    return answer;
  };
}

/** The same ports with something around every call that another process could come between. */
export function portsAround(ports: Ports, around: Around): Ports {
  return {
    ...ports,
    profiles: storeAround(ports.profiles, around),
    content: contentAround(ports.content, around),
    channels: channelsAround(ports.channels, around),
    asking: askingAround(ports.asking, around),
    executions: executionsAround(ports.executions, around),
    clock: { nowMs: () => ports.clock.nowMs(), backOff: () => around('back off', () => Promise.resolve()) },
  };
}

const storeAround = (store: ProfileStore, around: Around): ProfileStore => ({
  load: (profileId) => around('load', () => store.load(profileId)),
  owners: (keys) => around('owners', () => store.owners(keys)),
  commit: (change) => around('commit', () => store.commit(change)),
  seen: (...asked) => around('seen', () => store.seen(...asked)),
  history: (...asked) => around('history', () => store.history(...asked)),
  merges: (ids) => around('merges', () => store.merges(ids)),
  enrollments: (ids) => around('enrollments', () => store.enrollments(ids)),
  delivery: (deliveryId) => around('delivery', () => store.delivery(deliveryId)),
  task: (taskId) => around('task', () => store.task(taskId)),
  guard: (...asked) => around('guard', () => store.guard(...asked)),
  suppressions: (addresses) => around('suppressions', () => store.suppressions(addresses)),
  tombstones: (hashes) => around('tombstones', () => store.tombstones(hashes)),
  stops: () => store.stops(),
  rulings: () => store.rulings(),
  durable: () => store.durable(),
});

const contentAround = (content: Content, around: Around): Content => ({
  render: (request) => around('render', () => content.render(request)),
});

const channelsAround = (channels: Channels, around: Around): Channels => ({
  turn: (...asked) => around('turn', () => channels.turn(...asked)),
  deliver: (deliveryId, message) => around('deliver', () => channels.deliver(deliveryId, message)),
  reconcile: (...asked) => around('reconcile', () => channels.reconcile(...asked)),
});

const askingAround = (asking: Asking, around: Around): Asking => ({
  ask: (ask) => around(`ask ${ask.kind}`, () => asking.ask(ask)),
});

const executionsAround = (executions: Executions, around: Around): Executions => ({
  start: (execution) => around('start', () => executions.start(execution)),
  succeed: (...asked) => around('succeed', () => executions.succeed(...asked)),
  fail: (...asked) => around('fail', () => executions.fail(...asked)),
});
