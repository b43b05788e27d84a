import { isDeepStrictEqual } from 'node:util';
import { ClubPeople, tryLetters } from './club-people.ts';
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
import { handedTwice, isHandOver } from './handed-over.ts';
import { Imported } from './imported.ts';
import { isWelcomed, Names, type Life } from './life.ts';
import { PutAside } from './put-aside.ts';
import { peopleAt, ShopPeople, type Fate, type Fates } from './shop-people.ts';
import type { Call } from './wire.ts';

const weekMs = 7 * 86_400_000;
/** What a container asks once and then knows: to be asked again it must be a new one. */
const sendRate = 'GET /v2/email/account';
const askedOnce = new Set(['GetSecretValue', sendRate]);
/** Likewise the documents, for which alone this function makes a query where no round is under way. */
const documentsOnly = 'begin-rounds dynamodb Query';
const isAskedOnce = (site: Site): boolean => site === documentsOnly || askedOnce.has(operationOf(site));
/** Attempts of the SDK; a fault that lasts longer has to be outlived by a redelivery. */
export const sdkAttempts = 3;

/** Functions that only a club has. */
const ofClub = new Set(['begin-rounds', 'walk-round', 'decide-winners', 'control-journeys']);
/** The scenarios, each with the calls that are met in no other. */
const scenarios = {
  putAside: (site: Site): boolean => callerOf(site) === 'redrive' || site === 'relay sqs SendMessage',
  imported: (site: Site): boolean => callerOf(site) === 'import-lines',
  club: (site: Site): boolean => ofClub.has(callerOf(site)) || / of \w+$|POST \/score$/.test(site),
};
type Scenario = 'shop' | keyof typeof scenarios;
const others = Object.keys(scenarios) as readonly Exclude<Scenario, 'shop'>[];
const everyScenario: readonly Scenario[] = ['shop', ...others];
const scenarioOf = (site: Site): Scenario => others.find((one) => scenarios[one](site)) ?? 'shop';

/** Lives of ever new people on one deployment, each week with other faults. */
export class FaultyRuns {
  readonly plan = new FaultPlan();
  private readonly deployed: Deployment;
  private readonly signingKey: string;
  private usual: Fates | undefined;
  private sites: readonly Site[] = [];
  private weeks = 0;
  private dead: readonly string[] = [];
  private arrived = 0;

  constructor(deployed: Deployment, signingKey: string) {
    this.deployed = deployed;
    this.signingKey = signingKey;
    deployed.isRedelivering = true;
    deployed.wire.between = this.plan.between;
    // Whose mail may not have come reports no opening and clicks no link: other calls would go unmet.
    this.plan.isSpared = (call) => isHandOver(siteOf(call)) && isForClicker(call);
  }

  /** A week without faults: what the others are held to, and where AWS is called. */
  async liveUsually(): Promise<Fates> {
    const from = this.deployed.wire.calls.length;
    const shop = this.shopPeople();
    await shop.live();
    const met = new Set(this.deployed.wire.calls.slice(from).map(siteOf));
    this.usual = await shop.fates();
    const first = this.deployed.wire.calls.length;
    await tryLetters(this.deployed, this.newNames());
    for (const scenario of others) await this.life(scenario, []).live();
    for (const site of this.deployed.wire.calls.slice(first).map(siteOf))
      if (scenarioOf(site) !== 'shop') met.add(site);
    this.sites = [...met].toSorted(coldFirst);
    await this.deployed.forgetDue();
    return this.usual;
  }
  /** All sites that can meet a phase. */
  sitesOf(phase: Phase): readonly Site[] {
    return this.sites.filter((site) => isPossible(site, phase));
  }
  /** A fault of each site, each by itself. */
  faultsOf(phase: Phase, calls: (site: Site) => number): readonly Fault[] {
    return this.sitesOf(phase).map((site) => ({ site, phase, calls: calls(site) }));
  }

  /** Promises that did not hold in a week with these faults. */
  async brokenBy(faults: readonly Fault[], wanted?: readonly Scenario[]): Promise<readonly string[]> {
    const fresh = new Set(faults.filter(({ site }) => isAskedOnce(site)).map(({ site }) => callerOf(site)));
    for (const name of fresh) await this.deployed.functions.restart(name);
    const met = new Set(faults.map(({ site }) => scenarioOf(site)));
    const lived = wanted ?? (faults.length === 0 ? everyScenario : everyScenario.filter((one) => met.has(one)));
    this.plan.arm(faults);
    const lives = lived.map((scenario) => () => this.life(scenario, faults));
    const found: string[] = [];
    for (const begin of lives) found.push(...(await this.brokenIn(begin())));
    this.plan.disarm();
    found.push(...(await this.brokenOutside()));
    // One that could not ask for its rate goes at the slowest for as long as it lives.
    for (const { site } of faults)
      if (operationOf(site) === sendRate) await this.deployed.functions.restart(callerOf(site));
    const what = faults.map(({ site, phase, calls }) => `${site} ${phase} × ${calls}`).join(', ');
    return found.map((one) => `${one} (${what})`);
  }
  private async brokenIn(life: Life): Promise<readonly string[]> {
    const failed = await life.live().then(
      () => [],
      (error: unknown) => [`${String(error)}`],
    );
    return this.plan.unharmed(async () => {
      const found = [...failed, ...(await life.broken())];
      await this.deployed.forgetDue();
      return found;
    });
  }
  /** What shows nowhere in anybody's life. */
  private async brokenOutside(): Promise<readonly string[]> {
    const { queues, stream, wire } = this.deployed;
    const dead = await queues.deadLetters();
    const found = [
      ...handedTwice(wire.arrived.slice(this.arrived)).map((id) => `${id} was handed over twice`),
      ...dead.filter((one) => !this.dead.includes(one)).map((one) => `Dead letters: ${one}`),
      ...stream.lost.splice(0).map(({ name, records }) => `${name} gave up ${records} records`),
    ];
    this.arrived = wire.arrived.length;
    this.dead = dead;
    return found;
  }

  private life(scenario: Scenario, faults: readonly Fault[]): Life {
    switch (scenario) {
      case 'shop': {
        const shop = this.shopPeople();
        return { live: () => shop.live(), broken: () => this.brokenInShop(shop, faults) };
      }
      case 'putAside':
        return new PutAside(this.deployed, this.plan, this.newNames().find('aside', isWelcomed));
      case 'imported':
        this.newNames();
        return new Imported(this.deployed, `week${this.weeks}`);
      case 'club':
        return new ClubPeople(this.deployed, this.newNames());
      default:
        return scenario satisfies never;
    }
  }
  /** A throttle says that nothing was taken: the message goes out a little later. All else leaves open what became of it. */
  private async brokenInShop(shop: ShopPeople, faults: readonly Fault[]): Promise<readonly string[]> {
    const fates = await shop.fates();
    const names = Object.keys(fates) as (keyof Fates)[];
    const unknown = faults.filter(({ site, phase }) => isHandOver(site) && phase !== 'throttled');
    const strange = names.filter((name) => {
      const [now, usual] = [fates[name], this.usual![name]];
      return unknown.length === 0 ? !isDeepStrictEqual(now, usual) : !isSameWay(now, usual);
    });
    return [
      ...(await shop.lostOrDoubled()),
      ...strange.map((name) => `The ${name} fared otherwise: ${JSON.stringify(fates[name])}`),
      ...(unknown.length > 0 && !isAnyUnknown(fates) ? ['What became of a message is not left open'] : []),
    ];
  }
  private shopPeople(): ShopPeople {
    this.newNames();
    return new ShopPeople(this.deployed, peopleAt(this.deployed.nowMs, `week${this.weeks}`, this.signingKey));
  }
  /** Names of the people of another week. */
  private newNames(): Names {
    this.deployed.nowMs = Math.max(this.deployed.nowMs, firstMs + weekMs * this.weeks++);
    return new Names(this.deployed.nowMs, `week${this.weeks}`, this.signingKey);
  }
}
const isForClicker = ({ body }: Call): boolean => body.includes('-clicker');
/** A Monday morning. */
export const firstMs = Date.parse('2026-03-02T10:00:00Z');

const coldFirst = (a: Site, b: Site): number => Number(isAskedOnce(b)) - Number(isAskedOnce(a)) || (a < b ? -1 : 1);

/** Enough that the SDK gives up; of the tick, whose queries go out side by side, that all of them do. */
export function untilGivenUp(site: Site): number {
  // What hands a message over is asked once.
  if (isHandOver(site)) return 1;
  // A step asks another system three times, and goes on without an answer then.
  if (operationOf(site) === 'POST /score') return 2;
  return site === 'find-due dynamodb Query' ? 16 * sdkAttempts : sdkAttempts;
}

/** What stays the same where a message may not have been sent: the way through the journeys, and how they ended. */
const isSameWay = (now: Fate, usual: Fate): boolean =>
  isDeepStrictEqual(now.enrollments, usual.enrollments) &&
  isDeepStrictEqual(now.deliveries.map(stepOf), usual.deliveries.map(stepOf)) &&
  now.deliveries.every((one) => usual.deliveries.includes(one) || isUnknown(one));
const stepOf = (delivery: string): string => delivery.split(' ').slice(0, 2).join(' ');
const isUnknown = (delivery: string): boolean => /^\S+ \S+ unknown /.test(delivery);
const isAnyUnknown = (fates: Fates): boolean =>
  Object.values(fates).some(({ deliveries }) => deliveries.some(isUnknown));
