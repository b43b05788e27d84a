import { choose } from './catalogue.ts';
import { tryClub } from './club.ts';
import { createComposer, type Composer } from './compose.ts';
import type { Fields, Sending } from './message.ts';
import type { Person } from './people.ts';
import { beginTour, complete, type Standing } from './tour.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** One person's days, in order. */
export type Life = (day: number) => Sending[];

/** Begins a person's year; day 0 starts at `startMs`, midnight UTC. */
export function createLife(person: Person, startMs: number): Life {
  const { random } = person;
  const composer = createComposer(person);
  // A customer is somewhere between two orders; a stranger has yet to make up their mind.
  const pauseDays = person.isKnownAtFirst ? random.next() * Math.min(person.orderPauseDays, 60) : 1 + random.pause(14);
  const standing: Standing = {
    hasAccount: false,
    hasNewsletter: false,
    hasApp: false,
    hasLinkedPhone: false,
    isReachableByMail: person.email !== undefined,
    orders: 0,
    carts: 0,
    nextOrderDay: person.isWilling ? person.firstDay + pauseDays : Infinity,
    asleepUntilDay: 0,
    hasTriedClub: false,
  };

  return (day) => {
    if (day < person.firstDay) return [];
    const atMs = startMs + day * dayMs + momentOfDay(person);
    const sendings: Sending[] = [];
    if (day === person.firstDay && person.isKnownAtFirst) sendings.push(...arrive(person, composer, standing, startMs));
    if (day >= standing.nextOrderDay) sendings.push(...order(person, composer, standing, day, atMs));
    else if (day === person.firstDay ? !person.isKnownAtFirst : random.chance(visitShareOn(person, standing, day))) {
      sendings.push(...visit(person, composer, standing, day, atMs));
    }
    sendings.push(...elsewhere(person, composer, standing, atMs));
    return sendings;
  };
}

/** Milliseconds from midnight UTC to a plausible local moment. */
function momentOfDay({ random, localHour, zone }: Person): number {
  const hour = (localHour + random.bell() * 2 - zone.offsetHours + 24) % 24;
  return Math.floor(hour * hourMs);
}

/** Sleepers look in rarely; weekends and the weeks before Christmas are busier. */
function visitShareOn(person: Person, standing: Standing, day: number): number {
  const sleepy = day < standing.asleepUntilDay ? 0.25 : 1;
  const weekend = day % 7 >= 5 ? 1.4 : 0.9;
  const season = day % 365 >= 320 && day % 365 < 356 ? 1.5 : 1;
  return person.visitShare * sleepy * weekend * season;
}

/** A customer from before this year: the shop hands over what it knows. */
function arrive(person: Person, composer: Composer, standing: Standing, startMs: number): Sending[] {
  standing.hasAccount = true;
  const atMs = startMs + person.random.between(5, 300) * minuteMs;
  const who = { userId: person.userId };
  const sendings = composer.introduction(atMs, who, ['email', 'sms', 'push']);
  if (person.index % 60 === 4) {
    const traits = { name: `Café No. ${person.index}`, industry: 'hospitality' };
    sendings.push(
      ...composer.fromServer(atMs + minuteMs, who, { type: 'group', groupId: `business-${person.index}`, traits }),
    );
  }
  return sendings;
}

/** Looking around: pages, products, perhaps a basket, perhaps an account. */
function visit(person: Person, composer: Composer, standing: Standing, day: number, atMs: number): Sending[] {
  const { random } = person;
  const tour = beginTour(person, composer, standing, atMs);
  for (let left = random.between(1, 4); left > 0; left--) tour.look(choose(random, person.favourite, person.purse));
  if (random.chance(person.isWilling ? 0.24 : 0.1)) {
    const cart = tour.fill(random.between(1, 3));
    if (random.chance(0.35)) tour.checkOut(cart);
    // Some only needed to sleep on it: the same basket is paid for within two days.
    if (person.isWilling && random.chance(0.28)) {
      tour.pay(cart, tour.nowMs() + random.between(2, 44) * hourMs);
      planNextOrder(person, standing, day + 2);
    }
  }
  if (!standing.hasAccount) tour.introduceThemselves();
  return tour.sendings;
}

/** The day has come to buy: on the web, in the app, at the till or by telephone. */
function order(person: Person, composer: Composer, standing: Standing, day: number, atMs: number): Sending[] {
  const { random } = person;
  planNextOrder(person, standing, day);
  const isNamedAtTill = person.phone !== undefined || person.email !== undefined;
  if (isNamedAtTill && random.chance(0.13)) return orderAtTill(person, composer, standing, atMs);
  const tour = beginTour(person, composer, standing, atMs);
  tour.look(choose(random, person.favourite, person.purse));
  const cart = tour.fill(random.weighted([[1, 5], [2, 3], [3, 2], [4, 1]])); // prettier-ignore
  if (!standing.hasAccount && random.chance(0.7)) tour.introduceThemselves();
  tour.checkOut(cart);
  tour.pay(cart, tour.nowMs() + random.between(1, 6) * minuteMs);
  return tour.sendings;
}

function planNextOrder(person: Person, standing: Standing, day: number): void {
  const { random } = person;
  const pauseDays = Math.max(2, random.skewed(person.orderPauseDays, 0.5));
  const silenceDays = random.chance(person.drowsiness) ? random.between(45, 150) : 0;
  standing.nextOrderDay = day + pauseDays + silenceDays;
  standing.asleepUntilDay = silenceDays > 0 ? day + silenceDays : 0;
}

/** At the till nobody has an account: a loyalty card, a telephone number or an address is all there is. */
function orderAtTill(person: Person, composer: Composer, standing: Standing, atMs: number): Sending[] {
  const { random, phone, email } = person;
  const product = { ...choose(random, person.favourite, person.purse), quantity: random.between(1, 2) };
  const known: Fields = phone === undefined ? { email: email ?? '' } : { phone };
  const who = { anonymousId: `till-card-${person.index}` };
  return complete(
    person,
    composer,
    standing,
    atMs,
    who,
    { products: [product] },
    { affiliation: 'Pier Street shop' },
    { traits: known },
  );
}

/** What happens to somebody outside the shop: calls, a try of the club, and what mail providers report. */
function elsewhere(person: Person, composer: Composer, standing: Standing, atMs: number): Sending[] {
  const { random, email } = person;
  if (!standing.hasAccount) return [];
  const who = { userId: person.userId };
  const track = (event: string, properties: Fields): Sending[] =>
    composer.fromServer(atMs + random.between(1, 50) * minuteMs, who, { type: 'track', event, properties });
  const sendings: Sending[] = [];
  if (person.phone !== undefined && standing.orders > 0 && random.chance(0.004)) {
    const outcome = random.weighted([['reached', 6], ['no answer', 3], ['order taken', 1]]); // prettier-ignore
    sendings.push(
      ...track('Call Completed', { direction: 'outbound', outcome, durationSeconds: random.between(15, 600) }),
    );
  }
  if (standing.isReachableByMail && email !== undefined && random.chance(0.00022)) {
    standing.isReachableByMail = false;
    const event = random.weighted([['Email Bounced', 6], ['Email Complained', 2], ['Email Unsubscribed', 7]]); // prettier-ignore
    sendings.push(...track(event, event === 'Email Bounced' ? { type: 'hard', email } : { email }));
  }
  if (standing.orders > 0 && !standing.hasTriedClub && random.chance(0.0022)) {
    standing.hasTriedClub = true;
    sendings.push(...tryClub(person, composer, atMs + random.between(1, 50) * minuteMs));
  }
  return sendings;
}
