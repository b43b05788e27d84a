import { GetAccountCommand, type SESv2Client } from '@aws-sdk/client-sesv2';
import type { Turn } from '../../../core/ports.ts';
import { Pace, really, type Waiting } from './pace.ts';

/** What an account in SES's sandbox has, and the least that any has. */
const leastPerSecond = 1;
/** The whole account may be asked once a second, and hundreds of containers may want to know at once. */
const againMs = 60_000;
/** A turn waits no longer for the figure; without it there is a slow one. */
const answerMs = 2_000;

/** What an account may send in a second. @returns `undefined` where nobody could tell */
export const accountRate = (client: SESv2Client): Promise<number | undefined> =>
  client.send(new GetAccountCommand({}), { abortSignal: AbortSignal.timeout(answerMs) }).then(
    ({ SendQuota }) => SendQuota?.MaxSendRate,
    () => undefined,
  );

export interface EmailPaceOptions {
  /** What the account may send in a second. */
  readonly ask: () => Promise<number | undefined>;
  /** How many share the account's rate. Where more run at once, what SES refuses is put off and tried again. */
  readonly containers: number;
  readonly waiting?: Waiting;
}

/**
 * Turns at one container's share of the account's send rate, which is asked for with the first turn. While nobody can
 * tell, it is that of a new account, since to send none would be worse, and is asked for again each minute.
 */
export class EmailPace {
  private readonly options: EmailPaceOptions;
  private readonly waiting: Waiting;
  private pace: Pace;
  private isKnown = false;
  private askedMs = -Infinity;
  private asking: Promise<void> | undefined;

  constructor(options: EmailPaceOptions) {
    this.options = options;
    this.waiting = options.waiting ?? really;
    this.pace = this.paceOf(leastPerSecond);
  }

  /** @returns `undefined` where no turn comes within `mostMs` */
  async turn(mostMs: number): Promise<Turn | undefined> {
    if (!this.isKnown && this.waiting.nowMs() - this.askedMs >= againMs) {
      this.askedMs = this.waiting.nowMs();
      this.asking = this.learn();
    }
    await this.asking;
    return this.pace.turn(mostMs);
  }

  private async learn(): Promise<void> {
    const perSecond = await this.options.ask();
    if (perSecond === undefined) return;
    this.isKnown = true;
    this.pace = this.paceOf(perSecond);
  }

  private paceOf(perSecond: number): Pace {
    return new Pace(Math.max(perSecond, leastPerSecond) / Math.max(this.options.containers, 1), this.waiting);
  }
}
