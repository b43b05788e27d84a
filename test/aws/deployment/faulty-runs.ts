import { isDeepStrictEqual } from 'node:util';
import type { Deployment } from './deployment.ts';
import {
  callerOf,
  FaultPlan,
  isPossible,
  operationOf,
  siteOf,
  type Fault,
  type Phase,
  type Site,
} from './fault-plan.ts';
import { peopleAt, ShopPeople, type Fate, type Fates } from './shop-people.ts';

const weekMs = 7 * 86_400_000;
/** What a container asks once and then knows: to be asked again it must be a new one. */
const askedOnce = new Set(['GetSecretValue', 'GET /v2/email/account']);
const sesSend = 'POST /v2/email/outbound-emails';
/** Attempts of the SDK; a fault that lasts longer has to be outlived by a redelivery. */
const sdkAttempts = 3;

/** Lives of ever new people on one deployment, each week with other faults. */
export class FaultyRuns {
  readonly plan = new FaultPlan();
  private readonly deployed: Deployment;
  private readonly signingKey: string;
  private usual: Fates | undefined;
  private sites: readonly Site[] = [];
  private weeks = 0;
  private dead: readonly string[] = [];

  constructor(deployed: Deployment, signingKey: string) {
    this.deployed = deployed;
    this.signingKey = signingKey;
    deployed.isRedelivering = true;
    deployed.wire.between = this.plan.between;
  }

  /** A week without faults: what the others are held to, and where AWS is called. */
  async liveUsually(): Promise<Fates> {
    const from = this.deployed.wire.calls.length;
    const shop = this.newPeople();
    await shop.live();
    this.sites = [...new Set(this.deployed.wire.calls.slice(from).map(siteOf))].toSorted(coldFirst);
    this.usual = await shop.fates();
    await this.deployed.forgetDue();
    return this.usual;
  }
  /** All sites that can meet a phase. */
  sitesOf(phase: Phase): readonly Site[] {
    return this.sites.filter((site) => isPossible(site, phase));
  }
  /** A fault for each site: all one by one, or in as many rounds as one function has sites, each with one of every function. */
  rounds(phase: Phase, isLong: boolean, isAlone: boolean): readonly (readonly Fault[])[] {
    const faults = this.sitesOf(phase).map((site): Fault => ({ site, phase, calls: isLong ? longOf(site) : 1 }));
    if (isAlone) return faults.map((fault) => [fault]);
    const byCaller = [...Map.groupBy(faults, ({ site }) => callerOf(site)).values()];
    const most = Math.max(0, ...byCaller.map((all) => all.length));
    return Array.from({ length: most }, (_, index) => byCaller.flatMap((all) => all[index] ?? []));
  }

  /** Promises that did not hold in a week with these faults. */
  async brokenBy(faults: readonly Fault[]): Promise<readonly string[]> {
    const fresh = new Set(
      faults.filter(({ site }) => askedOnce.has(operationOf(site))).map(({ site }) => callerOf(site)),
    );
    for (const name of fresh) await this.deployed.functions.restart(name);
    const shop = this.newPeople();
    this.plan.arm(faults);
    const failed = await shop.live().then(
      () => [],
      (error: unknown) => [`${String(error)}`],
    );
    this.plan.disarm();
    const isMailFaulty = faults.some(({ site }) => operationOf(site) === sesSend);
    const found = [...failed, ...(await this.brokenPromises(shop, isMailFaulty))];
    await this.deployed.forgetDue();
    // One that could not ask for its rate goes at the slowest for as long as it lives.
    for (const name of fresh) await this.deployed.functions.restart(name);
    const what = faults.map(({ site, phase, calls }) => `${site} ${phase} × ${calls}`).join(', ');
    return found.map((one) => `${one} (${what})`);
  }
  private async brokenPromises(shop: ShopPeople, isMailFaulty: boolean): Promise<readonly string[]> {
    const fates = await shop.fates();
    const names = Object.keys(fates) as (keyof Fates)[];
    const pathOf = (fate: Fate): unknown => (isMailFaulty ? stepsOf(fate) : fate);
    const others = names.filter((name) => !isDeepStrictEqual(pathOf(fates[name]), pathOf(this.usual![name])));
    const dead = await this.deployed.queues.deadLetters();
    const found = [
      ...(await shop.lostOrDoubled()).map((id) => `${id} is not just once in its timeline`),
      ...(await shop.sentTwice()).map((id) => `${id} was sent twice`),
      ...others.map((name) => `The ${name} fared otherwise: ${JSON.stringify(fates[name])}`),
      ...dead.filter((one) => !this.dead.includes(one)).map((one) => `Dead letters: ${one}`),
      ...this.deployed.stream.lost.splice(0).map(({ name, records }) => `${name} gave up ${records} records`),
    ];
    this.dead = dead;
    return found;
  }
  private newPeople(): ShopPeople {
    this.deployed.nowMs = Math.max(this.deployed.nowMs, firstMs + weekMs * this.weeks++);
    return new ShopPeople(this.deployed, peopleAt(this.deployed.nowMs, `week${this.weeks}`, this.signingKey));
  }
}
/** A Monday morning. */
export const firstMs = Date.parse('2026-03-02T10:00:00Z');

const coldFirst = (a: Site, b: Site): number =>
  Number(askedOnce.has(operationOf(b))) - Number(askedOnce.has(operationOf(a))) || (a < b ? -1 : 1);

/** Enough that the SDK gives up; of the tick, whose queries go out side by side, that all of them do. */
const longOf = (site: Site): number => (site === 'find-due dynamodb Query' ? 16 * sdkAttempts : sdkAttempts);

/** What stays the same where a mail may not have been sent: the way through the journeys, and how they ended. */
const stepsOf = ({ enrollments, deliveries }: Fate): unknown => ({
  enrollments,
  steps: deliveries.map((one) => one.split(' ').slice(0, 2).join(' ')),
  areKnown: deliveries.every((one) => /^\S+ \S+ (sent|opened|unknown|skipped)/.test(one)),
});
