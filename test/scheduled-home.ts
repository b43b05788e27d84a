import fc from 'fast-check';
import { StoreContended, StoreUnavailable } from '../core/failures.ts';
import type { Message } from '../core/event/event.ts';
import { acceptEvents } from '../functions/accept-events/accept-events.ts';
import { losing, scheduledBy, type CommitFault } from './around-ports.ts';
import { anIdentify, TestHome, type TestHomeOptions } from './builders.ts';
import type { ChannelAnswer } from './fakes.ts';

/** What becomes of the commits of a run, in their order. */
export const faults = fc.array(fc.constantFrom<CommitFault>('none', 'none', 'none', 'lost-before', 'lost-after'), {
  maxLength: 8,
});
/** What providers answer, in the order in which they are asked. */
export const answers = fc.array(
  fc.constantFrom<ChannelAnswer>(
    { kind: 'accepted' },
    { kind: 'refused', reason: '429', isPermanent: false },
    { kind: 'unknown', reason: 'time-out' },
    'dies-before',
    'dies-after',
  ),
  { maxLength: 3 },
);
/** Whether a turn comes in time, for each message that asks. */
export const turns = fc.array(fc.constantFrom(true, true, false), { maxLength: 3 });

/** What a run is dealt. */
export interface World {
  readonly scheduler: fc.Scheduler;
  readonly faults: readonly CommitFault[];
  readonly answers: readonly ChannelAnswer[];
  readonly turns?: readonly boolean[];
}

/** A home with one person, whose every call of a port the scheduler puts somewhere; the world begins when it is told. */
export async function homeIn(
  world: World,
  options: TestHomeOptions,
): Promise<{ readonly home: TestHome; readonly begin: () => void }> {
  let hasBegun = false;
  const scheduled = losing(world.faults, scheduledBy(world.scheduler));
  const home = new TestHome({
    ...options,
    concurrency: 8,
    around: (label, call) => (hasBegun ? scheduled(label, call) : call()),
  });
  home.channels.answer = (_, count) => world.answers[count - 1] ?? { kind: 'accepted' };
  home.channels.hasTurn = (_, count) => world.turns?.[count - 1] ?? true;
  await home.accept(anIdentify({ email: 'ana@b.lv', phone: '+37126123456' }));
  return { home, begin: () => (hasBegun = true) };
}

/** A caller who is told to come again does so. */
export async function again<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof StoreContended || error instanceof StoreUnavailable)) throw error;
    }
  }
}

/** Accepts a message, and again where the caller is told to send it again. */
export const accepted = (home: TestHome, message: Message) => again(() => acceptEvents(home.ports)([message]));

/** Everything that some work leads to, until nothing is due. */
export const drained = async (home: TestHome, work: Promise<unknown>): Promise<void> => {
  await work;
  await home.drain();
};

/** Lets as many other calls go first. */
export async function after(scheduler: fc.Scheduler, calls: number): Promise<void> {
  for (let call = 0; call < calls; call++) await scheduler.schedule(Promise.resolve(), 'not yet');
}
