import { categories, type Category } from './catalogue.ts';
import { createRandom, type Random } from './random.ts';

export type Answer = 'granted' | 'denied';

/** One synthetic person: who they are, how they live, and how far the shop knows them. */
export interface Person {
  readonly index: number;
  readonly random: Random;
  readonly firstName: string | undefined;
  readonly lastName: string;
  readonly email: string | undefined;
  readonly phone: string | undefined;
  readonly pushToken: string | undefined;
  readonly zone: Zone;
  readonly room: string | undefined;
  readonly favourite: Category;
  readonly consent: { readonly email?: Answer; readonly sms?: Answer; readonly push?: Answer };
  /** What they like to spend on one thing. */
  readonly purse: number;
  /** Chance of a visit on a day. */
  readonly visitShare: number;
  /** Median days between two orders; Infinity for those who only look. */
  readonly orderPauseDays: number;
  /** Chance that an order is followed by a long silence. */
  readonly drowsiness: number;
  readonly localHour: number;
  /** Day of the year on which the shop first meets them; 0 for those it knows. */
  readonly firstDay: number;
  readonly isKnownAtFirst: boolean;
  readonly isWilling: boolean;
  readonly usesApp: boolean;
  readonly userId: string;
  readonly laptopId: string;
  readonly phoneId: string;
}
export interface Zone {
  readonly name: string;
  readonly locale: string;
  readonly country: string;
  /** Winter time; good enough to choose a plausible hour. */
  readonly offsetHours: number;
}

const zones: readonly (readonly [Zone, number])[] = [
  [{ name: 'Europe/Riga', locale: 'lv-LV', country: 'LV', offsetHours: 2 }, 32],
  [{ name: 'Europe/Riga', locale: 'ru-LV', country: 'LV', offsetHours: 2 }, 14],
  [{ name: 'Europe/Vilnius', locale: 'lt-LT', country: 'LT', offsetHours: 2 }, 12],
  [{ name: 'Europe/Helsinki', locale: 'fi-FI', country: 'FI', offsetHours: 2 }, 12],
  [{ name: 'Europe/Berlin', locale: 'de-DE', country: 'DE', offsetHours: 1 }, 14],
  [{ name: 'Europe/London', locale: 'en-GB', country: 'GB', offsetHours: 0 }, 11],
  [{ name: 'America/New_York', locale: 'en-US', country: 'US', offsetHours: -5 }, 5],
];
const firstNames = [
  'Anna', 'Elina', 'Marta', 'Liene', 'Ieva', 'Kristine', 'Jonas', 'Tomas', 'Ruta', 'Egle', 'Aino', 'Mikko', 'Ville', 'Sanna',
  'Greta', 'Lukas', 'Hannah', 'Emily', 'Oliver', 'Grace', 'Janis', 'Peteris', 'Karlis', 'Zane', 'Laura', 'Noah', 'Clara', 'Paul',
] as const; // prettier-ignore
/** A name as its bearer writes it, and its letters in an address. */
type Name = readonly [shown: string, inAddress: string];
const russianNames: readonly [Name, ...Name[]] = [
  ['Ольга', 'olga'], ['Анна', 'anna'], ['Наталья', 'natalja'], ['Ирина', 'irina'], ['Екатерина', 'jekaterina'],
  ['Дмитрий', 'dmitrijs'], ['Сергей', 'sergejs'], ['Александр', 'aleksandrs'], ['Михаил', 'mihails'], ['Пётр', 'pjotrs'],
]; // prettier-ignore
const lastNames = [
  'Berg',
  'Kalns',
  'Ozols',
  'Virtanen',
  'Weber',
  'Clarke',
  'Petraitis',
  'Lind',
  'Meyer',
  'Hill',
  'Jansons',
  'Moore',
] as const;
const rooms = ['kitchen', 'living room', 'bedroom', 'bathroom', 'garden'] as const;
const domains = ['example.com', 'example.org', 'example.net'] as const;

/** Makes one person of a seed; another number of people changes nobody's life. */
export function createPerson(seed: number, index: number, days: number): Person {
  const random = createRandom(seed, index);
  const isKnownAtFirst = random.chance(0.48);
  const zone = random.weighted(zones);
  const [firstName, inAddress] = nameOf(random, zone);
  const lastName = random.pick(lastNames);
  const hasEmail = random.chance(isKnownAtFirst ? 0.93 : 0.97);
  const hasPhone = random.chance(0.58);
  const usesApp = random.chance(0.36);
  const isWilling = random.chance(isKnownAtFirst ? 0.92 : 0.62);
  return {
    index,
    random,
    // A few leave the name or the room empty: a template that needs it must be refused, not print a blank.
    firstName: random.chance(0.94) ? firstName : undefined,
    lastName,
    email: hasEmail ? `${inAddress}.${lastName}.${index}@${random.pick(domains)}`.toLowerCase() : undefined,
    // +33 6 39 98 is kept for fiction by the French regulator: nobody can be rung up by mistake.
    phone: hasPhone ? `+3363998${String(index % 10_000).padStart(4, '0')}` : undefined,
    pushToken: usesApp ? random.hex(48) : undefined,
    zone,
    room: random.chance(0.92) ? random.pick(rooms) : undefined,
    favourite: random.pick(categories),
    consent: {
      ...drawAnswer(random, 'email', 0.76, 0.07),
      ...(hasPhone ? drawAnswer(random, 'sms', 0.5, 0.25) : {}),
      ...(usesApp ? drawAnswer(random, 'push', 0.8, 0.1) : {}),
    },
    purse: random.skewed(32, 0.5),
    visitShare: Math.min(0.5, random.skewed(0.023, 0.75)),
    orderPauseDays: isWilling ? random.skewed(38, 0.6) : Infinity,
    drowsiness: random.next() * 0.45,
    localHour: random.weighted([[9, 1], [13, 2], [17, 2], [20, 5]]), // prettier-ignore
    firstDay: isKnownAtFirst ? 0 : random.between(0, Math.max(0, days - 12)),
    isKnownAtFirst,
    isWilling,
    usesApp,
    userId: `hp-${String(10_000 + index)}`,
    laptopId: `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-a${random.hex(3)}-${random.hex(12)}`,
    phoneId: `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-b${random.hex(3)}-${random.hex(12)}`,
  };
}

/** A first name, as people of that language have it. */
function nameOf(random: Random, { locale }: Zone): Name {
  if (locale.startsWith('ru')) return random.pick(russianNames);
  const name = random.pick(firstNames);
  return [name, name];
}

/** A choice about one channel; the rest never answered. */
function drawAnswer(random: Random, channel: string, granted: number, denied: number): { [channel: string]: Answer } {
  const share = random.next();
  if (share < granted) return { [channel]: 'granted' };
  return share < granted + denied ? { [channel]: 'denied' } : {};
}

/** What the shop writes down about a person who has an account. */
export function traitsOf(person: Person): { readonly [trait: string]: string } {
  const { firstName, lastName, email, phone, room, zone } = person;
  return {
    ...(firstName === undefined ? {} : { firstName }),
    lastName,
    ...(email === undefined ? {} : { email }),
    ...(phone === undefined ? {} : { phone }),
    ...(room === undefined ? {} : { room }),
    country: zone.country,
  };
}

/** A person's choices as a form sends them. */
export function consentOf(
  person: Person,
  channels: readonly (keyof Person['consent'])[],
): { readonly [key: string]: string | { readonly marketing: Answer } } {
  const answers = channels.flatMap((channel) => {
    const answer = person.consent[channel];
    return answer ? [[channel, { marketing: answer }] as const] : [];
  });
  return { ...Object.fromEntries(answers), source: 'sign-up form', textVersion: '2025-01' };
}
