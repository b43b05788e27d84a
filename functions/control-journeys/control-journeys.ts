import { journeySubject, type Stop } from '../../core/control/stop.ts';
import type { Clock, Controls } from '../../core/ports.ts';

export interface ControlPorts {
  readonly controls: Controls;
  readonly clock: Pick<Clock, 'nowMs'>;
}
/** What somebody says of a journey, a channel or everything. */
export interface ControlOrder {
  /** Only a journey can be stopped. */
  readonly verb: 'pause' | 'resume' | 'stop';
  readonly subject: string;
  readonly by?: string;
  readonly why?: string;
}

/** Pauses, stops or resumes: the last word stands. Once it has answered, nothing is handed over that it stops. */
export const controlJourneys =
  ({ controls, clock }: ControlPorts) =>
  async ({ verb, subject, by, why }: ControlOrder): Promise<Stop | undefined> => {
    if (verb === 'resume') {
      await controls.remove(subject);
      return undefined;
    }
    if (verb === 'stop' && !subject.startsWith(journeySubject('')))
      throw new RangeError(`Only a journey can be stopped, not ${subject}.`);
    const stop: Stop = {
      subject,
      kind: verb === 'stop' ? 'stopped' : 'paused',
      atMs: clock.nowMs(),
      ...(by !== undefined && { by }),
      ...(why !== undefined && { why }),
    };
    await controls.put(stop);
    await controls.heeded();
    return stop;
  };
