import { judgeEvents } from '../functions/judge-events/judge-events.ts';
import { acceptEvents } from '../functions/accept-events/accept-events.ts';
import { replayQuarantined, type ReplayPorts } from '../functions/replay-quarantined/replay-quarantined.ts';
import { SqliteQuarantine } from '../local/store/quarantine.ts';
import type { Quarantine } from '../core/ports.ts';
import { TestHome, type TestHomeOptions } from './builders.ts';

/** A home with a door that judges, and a way back in for what was set aside. */
export class QuarantineHome extends TestHome {
  readonly quarantine: Quarantine;
  readonly errors: unknown[] = [];
  readonly replay: ReturnType<typeof replayQuarantined>;
  readonly door: ReturnType<typeof judgeEvents>;

  /** @param around stands around what a replay asks of the stores */
  constructor(options: TestHomeOptions, around: (ports: ReplayPorts) => ReplayPorts = (ports) => ports) {
    super(options);
    this.quarantine = new SqliteQuarantine(this.db, this.clock);
    const accept = acceptEvents(this.ports);
    this.door = judgeEvents({
      ...this.ports,
      quarantine: this.quarantine,

      accept,
    });
    const ports = {
      ...{ ...this.ports, quarantine: this.quarantine, accept, durable: () => this.store.durable() },
      onError: (_: string, error: unknown) => void this.errors.push(error),
    };
    this.replay = replayQuarantined(around(ports));
  }
}
