import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { assignVariant } from '../../../core/experiment/assign.ts';
import type { JsonObject } from '../../../core/json.ts';
import { rulingKey } from '../../../functions/aws/table/rulings.ts';
import { keyOf } from '../../../functions/aws/table/table.ts';
import { letter } from './club-documents.ts';
import type { Deployment } from './deployment.ts';
import { Stage, told, type Life, type Names } from './life.ts';
import { tableName } from './make-resources.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** Times of a schedule that somebody waits for it to do its work. */
const mostTimes = 5;
/** What becomes of the better one, and of the other. */
const usual = [
  'club-letter completed, club-prize exited stopped, club-letter plain sent, club-prize prize sent',
  'club-letter completed, club-letter plain sent',
];
/** So many of each variant tell the two apart. */
const enough = 6;

const variantOf = (profileId: string): string => assignVariant(letter.experiment, profileId, letter.variants);

/** People of whom some met the plain letter and answered, and the others met the fancy one and did not. */
export async function tryLetters(deployed: Deployment, names: Names): Promise<void> {
  const stage = new Stage(deployed);
  for (let count = 0; count < enough; count++)
    for (const variant of ['plain', 'fancy']) {
      const userId = names.find(`${variant}-${count}-`, (id) => variantOf(id) === variant);
      await stage.post('identify', userId, {});
      await stage.track(userId, 'Letter Asked', {});
      await deployed.settle();
      if (variant === 'plain') await stage.track(userId, 'Letter Answered', {});
    }
  // Of a schedule that is looked at for the first time, whoever's time it is already is not meant.
  await deployed.strike('begin-rounds');
  await deployed.forgetDue();
}

/**
 * Two members of a club, on a Monday. Both get a letter, of the kind that has won that morning; the better one gets a prize
 * too, which is held back for an hour, and taken back in the end.
 */
export class ClubPeople implements Life {
  private readonly stage: Stage;
  private readonly better: string;
  private readonly other: string;
  private readonly startMs: number;
  private readonly found: string[] = [];
  private givenBefore = 0;

  constructor(deployed: Deployment, names: Names) {
    this.stage = new Stage(deployed);
    this.startMs = deployed.nowMs;
    [this.better, this.other] = ['better', 'other'].map((role) =>
      names.find(role, (id) => variantOf(id) === 'fancy'),
    ) as [string, string];
  }
  private get deployed(): Deployment {
    return this.stage.deployed;
  }
  private get members(): readonly string[] {
    return [this.better, this.other];
  }

  async live(): Promise<void> {
    this.givenBefore = await this.given();
    await this.forgetWinner();
    for (const userId of this.members) await this.tell(userId, { club: true });
    await this.deployed.settle();
    await this.strike('decide-winners', hourMs / 4);
    await this.deployed.windTo(this.startMs + hourMs);
    await this.strike('begin-rounds', minuteMs);
    // Time to try again what fails, and too little for the prize to be sent.
    await this.deployed.windTo(this.startMs + 1.4 * hourMs);
    await this.order('pause');
    await this.deployed.windTo(this.startMs + 2 * hourMs);
    if ((await this.sentOf('club-prize')).length > 0) this.found.push('A paused journey sends');
    await this.order('resume');
    await this.deployed.windTo(this.startMs + 4 * hourMs);
    for (const userId of this.members) {
      await this.stage.track(userId, 'Letter Answered', {});
      await this.tell(userId, { club: false, messageId: 'left' });
    }
    await this.order('stop');
    await this.order('resume');
    await this.deployed.windTo(this.startMs + 5 * hourMs);
  }
  /** Decided anew each week: what a week says of it would be the week's before. */
  private async forgetWinner(): Promise<void> {
    const Key = keyOf(rulingKey({ experiment: letter.experiment, kind: 'winner', variant: 'plain' }));
    await this.deployed.table.send(new DeleteItemCommand({ TableName: tableName, Key }));
  }
  private async tell(userId: string, { club, ...more }: JsonObject): Promise<void> {
    const traits = { club: club!, city: 'riga', points: userId === this.better ? 9 : 3 };
    await this.stage.post('identify', userId, { ...more, traits });
  }
  /** What cannot be done at one time of a schedule is done at a later one. */
  private async strike(name: string, everyMs: number): Promise<void> {
    for (let times = 1; times <= mostTimes; times++) {
      if (await this.deployed.strike(name)) return;
      await this.deployed.windTo(this.deployed.nowMs + everyMs);
    }
    this.found.push(`${name} never does its work`);
  }
  /** An operator's word on the prize; people are ended part by part, until no more are inside. */
  private async order(verb: 'pause' | 'resume' | 'stop'): Promise<void> {
    const { status, body } = await this.deployed.control('POST', `/api/journeys/club-prize/${verb}`);
    if (status !== 200) this.found.push(`${verb} was answered ${status}`);
    // It answers once everybody has heard of it.
    if (verb !== 'resume') await this.deployed.windTo(this.deployed.nowMs + 10_000);
    if (body['isMore'] === true) await this.order(verb);
  }
  private async sentOf(journeyId: string): Promise<readonly JsonObject[]> {
    const all = await Promise.all(this.members.map((userId) => this.stage.itemsOf(userId, 'deliveries')));
    return all.flat().filter((one) => one['journeyId'] === journeyId && one['status'] === 'sent');
  }

  async broken(): Promise<readonly string[]> {
    const fates = await Promise.all(this.members.map((userId) => this.fateOf(userId)));
    return [
      ...this.found,
      ...(await this.stage.lostOrDoubled()),
      ...fates.flatMap((fate, index) => (fate === usual[index] ? [] : [`A member fared otherwise: ${fate}`])),
      ...(await this.lettersAmiss()),
    ];
  }
  private async fateOf(userId: string): Promise<string> {
    const enrollments = told(await this.stage.itemsOf(userId, 'enrollments'), 'journeyId', 'status', 'reason');
    const deliveries = told(await this.stage.itemsOf(userId, 'deliveries'), 'journeyId', 'stepId', 'status');
    return [...enrollments.map((one) => one.replace(' undefined', '')), ...deliveries].join(', ');
  }
  /** Codes that were given out so far. */
  private async given(): Promise<number> {
    const pools = await this.stage.items('/api/coupons');
    return Number(pools.find(({ pool }) => pool === 'gift')?.['given']);
  }
  /** Letters that lack what was asked for them, or have somebody else's code; and codes that nobody has got. */
  private async lettersAmiss(): Promise<readonly string[]> {
    const sent = await this.sentOf('club-letter');
    const bodies = await Promise.all(
      sent.map(async ({ deliveryId }) => {
        const { body } = await this.deployed.api('GET', `/api/deliveries/${String(deliveryId)}`);
        return ((body['message'] ?? {}) as { readonly body?: JsonObject }).body ?? {};
      }),
    );
    const codes = new Set(bodies.map(({ code }) => code));
    const isWhole = bodies.every(
      ({ code, score, near }) => /^GIFT-\d+$/.test(String(code)) && score === 7 && near === 'Harbour',
    );
    const given = (await this.given()) - this.givenBefore;
    const isOneEach = codes.size === sent.length && given === sent.length;
    return isWhole && isOneEach ? [] : [`${given} codes for ${JSON.stringify(bodies)}`];
  }
}
