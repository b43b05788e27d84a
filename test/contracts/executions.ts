import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Executions } from '../../core/ports.ts';

/** A workflow to be tried: it tells of a token, waits an hour for it, and ends in the state that came of it. */
export interface OpenExecutions {
  readonly executions: Executions;
  /** The token that an execution waits for. */
  readonly tokenOf: (name: string) => Promise<string>;
  /** How often any token was told of so far. */
  readonly told: () => Promise<number>;
  /** The state in which an execution has ended: `Event` or `Timeout`, as its token said, or `Failed`. */
  readonly endOf: (name: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

const input = { profileId: 'p1', enrollmentId: 'e1' };

/** What executions must do, on whatever they run. */
export function executionsContract(name: string, open: () => Promise<OpenExecutions>): void {
  describe(`executions on ${name}`, () => {
    let opened: OpenExecutions;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());
    const start = (of = 'e1-0') => opened.executions.start({ name: of, journeyId: 'cart', version: 'v1', input });

    it('begin once for each name', async () => {
      expect(await start()).toBe('running');
      await opened.tokenOf('e1-0');
      expect(await start()).toBe('running');
      expect(await start('e1-1')).toBe('running');
      await opened.tokenOf('e1-1');
      expect(await opened.told()).toBe(2);
    });

    it('that are over do not begin again', async () => {
      await start();
      await opened.executions.succeed(await opened.tokenOf('e1-0'), { outcome: 'event' });
      await opened.endOf('e1-0');
      expect(await start()).toBe('closed');
      expect(await opened.told()).toBe(1);
    });

    it('go on with what their token came back with, once', async () => {
      await start();
      const token = await opened.tokenOf('e1-0');
      expect(await opened.executions.succeed(token, { outcome: 'event' })).toBe('done');
      expect(await opened.endOf('e1-0')).toBe('Event');
      expect(await opened.executions.succeed(token, { outcome: 'event' })).toBe('dead');
    });

    it('take the way of the error that their token came back with, once', async () => {
      await start();
      const token = await opened.tokenOf('e1-0');
      expect(await opened.executions.fail(token, 'EnrollmentEnded', 'exit-event')).toBe('done');
      expect(await opened.endOf('e1-0')).toBe('Failed');
      expect(await opened.executions.succeed(token, {})).toBe('dead');
    });

    it('know a token that nobody made for dead', async () => {
      await start();
      await opened.tokenOf('e1-0');
      expect(await opened.executions.succeed('e1-0.999', {})).toBe('dead');
      expect(await opened.executions.fail('e1-0.999', 'EnrollmentEnded', '')).toBe('dead');
    });

    it('are moved each by its own token alone', async () => {
      await Promise.all([start('e1-0'), start('e2-0')]);
      const [one, other] = [await opened.tokenOf('e1-0'), await opened.tokenOf('e2-0')];
      expect(await opened.executions.succeed(other, { outcome: 'timeout' })).toBe('done');
      expect(await opened.endOf('e2-0')).toBe('Timeout');
      expect(await opened.executions.succeed(one, { outcome: 'event' })).toBe('done');
    });
  });
}
