import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../../../core/json.ts';
import type { Deployment } from './deployment.ts';
import type { FaultPlan } from './fault-plan.ts';
import { Stage, told, type Life } from './life.ts';

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;
/** Calls that an operator makes before giving up: a fault lasts as long as the SDK has attempts. */
const mostCalls = 5;

/**
 * Somebody who signs up while the bus takes nothing: the relay puts the record aside, an operator is too early, and then
 * carries it again. After that all that this person's rows tell is published once more.
 */
export class PutAside implements Life {
  private readonly stage: Stage;
  private readonly plan: FaultPlan;
  private readonly userId: string;
  private readonly startMs: number;
  private readonly taken: { readonly url: string; readonly handle: string }[] = [];
  private readonly stuck: string[] = [];

  constructor(deployed: Deployment, plan: FaultPlan, userId: string) {
    this.stage = new Stage(deployed);
    this.plan = plan;
    this.userId = userId;
    this.startMs = deployed.nowMs;
  }
  private get deployed(): Deployment {
    return this.stage.deployed;
  }

  async live(): Promise<void> {
    const before = await this.deployed.queues.deadLetters();
    await this.leaveASegment();
    this.plan.isBusOut = true;
    try {
      await this.stage.track(this.userId, 'Signed Up', {});
      await this.deployed.settle();
      // Until it has met the record: it may have been taken by a call that never heard of it.
      for (let calls = 1; calls <= mostCalls; calls++)
        if (Number((await this.redrive({ kind: 'records' }))?.['failed']) > 0) break;
    } finally {
      this.plan.isBusOut = false;
    }
    for (let calls = 1; !isDeepStrictEqual(await this.deployed.queues.deadLetters(), before); calls++) {
      if (calls > mostCalls) return void this.stuck.push('Records stay put aside');
      await this.redrive({ kind: 'records' });
    }
    // What comes next would make good for a record that is lost.
    const begun = await this.plan.unharmed(() => this.stage.itemsOf(this.userId, 'enrollments'));
    if (begun.length === 0) this.stuck.push('A record that was put aside is lost');
    await this.redrivePerson(await this.stage.profileIdOf(this.userId));
    await this.stage.post('identify', this.userId, {
      messageId: 'leave',
      context: { consent: { email: { marketing: 'denied' }, source: 'support' } },
    });
    await this.deployed.windTo(this.startMs + 3 * dayMs + 120 * minuteMs);
  }
  /** So that there is a membership to be told of, and none to be listed. */
  private async leaveASegment(): Promise<void> {
    const consent = { email: { marketing: 'granted' }, source: 'sign-up' };
    const traits = { email: `${this.userId}@example.com` };
    await this.stage.post('identify', this.userId, { traits, context: { consent } });
    const timestamp = new Date(this.startMs - 12 * dayMs).toISOString();
    for (const productId of ['lamp', 'table', 'chair'])
      await this.stage.track(this.userId, 'Product Viewed', { productId }, { messageId: productId, timestamp });
    await this.deployed.windTo(this.startMs + 3 * dayMs);
    // And one that lasts.
    const now = { timestamp: new Date(this.deployed.nowMs).toISOString() };
    for (const productId of ['bed', 'shelf', 'stool'])
      await this.stage.track(this.userId, 'Product Viewed', { productId }, { messageId: productId, ...now });
    await this.deployed.settle();
  }

  /** One call as `sojourn redrive` makes it; what it leaves hidden is visible again before the next. */
  private async redrive(task: JsonObject): Promise<JsonObject | undefined> {
    this.plan.heard = ({ caller, operation, body }, answer) => {
      if (caller !== 'redrive' || operation !== 'ReceiveMessage') return;
      const { QueueUrl: url } = JSON.parse(body.toString('utf8')) as { readonly QueueUrl: string };
      const { Messages = [] } = JSON.parse(answer.body.toString('utf8')) as {
        readonly Messages?: readonly { readonly ReceiptHandle: string }[];
      };
      this.taken.push(...Messages.map(({ ReceiptHandle: handle }) => ({ url, handle })));
    };
    // The command says that it failed, and is given again.
    const answer = await this.deployed.redrive(task).catch(() => undefined);
    this.plan.heard = () => undefined;
    for (const { url, handle } of this.taken.splice(0)) await this.deployed.queues.showAgain(url, handle);
    await this.deployed.settle();
    return answer as JsonObject | undefined;
  }
  private async redrivePerson(profileId: string): Promise<void> {
    let after: JsonObject = {};
    for (let calls = 1; calls <= mostCalls; calls++) {
      const answer = await this.redrive({ kind: 'profile', profileId, ...after });
      if (answer?.['next'] !== undefined) after = { after: answer['next'] };
      if (answer?.['isMore'] === false && answer['failed'] === 0) return;
    }
    this.stuck.push('A person’s facts cannot be published again');
  }

  async broken(): Promise<readonly string[]> {
    const enrollments = told(await this.stage.itemsOf(this.userId, 'enrollments'), 'journeyId', 'status');
    const deliveries = told(await this.stage.itemsOf(this.userId, 'deliveries'), 'journeyId', 'stepId', 'status');
    const found = [...enrollments, ...deliveries].join(', ');
    const isWelcomedOnce = found === 'welcome exited, welcome hello sent';
    return [
      ...this.stuck,
      ...(await this.stage.lostOrDoubled()),
      ...(isWelcomedOnce ? [] : [`Whoever was put aside fared otherwise: ${found}`]),
    ];
  }
}
