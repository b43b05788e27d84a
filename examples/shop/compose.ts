import type { Fields, Key, SegmentMessage, Sending } from './message.ts';
import { consentOf, traitsOf, type Person } from './people.ts';

/** How somebody reaches the shop. */
export type Device = 'laptop' | 'phone' | 'app';
/** What a message says beside who, when and where. */
export type Said = Pick<SegmentMessage, 'type'> &
  Partial<Pick<SegmentMessage, 'event' | 'name' | 'properties' | 'traits' | 'groupId' | 'previousId'>>;

const secondMs = 1_000;
const hourMs = 3_600 * secondMs;

/** Writes one person's messages, numbers them, and decides when they arrive. */
export interface Composer {
  /** From a browser or the app; `isLoggedIn` adds the user id. */
  fromDevice(device: Device, atMs: number, isLoggedIn: boolean, said: Said, context?: Fields): Sending[];
  /** From the shop's own systems. */
  fromServer(atMs: number, who: Who, said: Said, context?: Fields): Sending[];
  /** The shop writes down who this is and what they allowed. */
  introduction(atMs: number, who: Who, channels: readonly (keyof Person['consent'])[]): Sending[];
}
/** By which ids a message names the person. */
export type Who = Pick<SegmentMessage, 'userId' | 'anonymousId'>;

/** Makes the composer of one person. */
export function createComposer(person: Person): Composer {
  const { random, zone } = person;
  let count = 0;
  // A few clocks are wrong; `timestamp` and `sentAt` come from the same clock, so the difference tells the truth.
  const clockErrorMs = person.index % 97 === 13 ? 7 * 60 * secondMs : 0;

  const send = (key: Key, atMs: number, who: Who, said: Said, context: Fields): Sending[] => {
    const arrivesMs = atMs + delayMs(person, key);
    const write = (sentMs: number): SegmentMessage => ({
      ...said,
      ...who,
      messageId: `${person.userId}-${count}`,
      timestamp: instant(atMs + clockErrorMs),
      sentAt: instant(sentMs + clockErrorMs),
      context: { timezone: zone.name, locale: zone.locale, ...context },
    });
    count += 1;
    const once: Sending = { atMs: arrivesMs, key, message: write(arrivesMs) };
    if (!random.chance(0.015)) return [once];
    const againMs = arrivesMs + random.between(2, 900) * secondMs;
    return [once, { atMs: againMs, key, message: write(againMs) }];
  };

  return {
    fromDevice(device, atMs, isLoggedIn, said, context = {}) {
      const anonymousId = device === 'laptop' ? person.laptopId : person.phoneId;
      // Now and then a page forgets who it is talking to, and says so in words.
      const junk = random.chance(0.0006) ? random.pick(['null', 'undefined', '[object Object]']) : undefined;
      const userId = junk ?? (isLoggedIn ? person.userId : undefined);
      const who = { anonymousId, ...(userId === undefined ? {} : { userId }) };
      return send('public', atMs, who, said, device === 'app' ? { ...context, device: deviceOf(person) } : context);
    },
    fromServer: (atMs, who, said, context = {}) => send('server', atMs, who, said, context),
    introduction: (atMs, who, channels) =>
      send(
        'server',
        atMs,
        who,
        { type: 'identify', traits: traitsOf(person) },
        { consent: consentOf(person, channels) },
      ),
  };
}

const instant = (ms: number): string => new Date(ms).toISOString();

const deviceOf = (person: Person): Fields => ({
  type: person.index % 2 === 0 ? 'ios' : 'android',
  ...(person.pushToken === undefined ? {} : { token: person.pushToken }),
});

/** How long a message is on its way: phones lose the network, servers hardly ever do. */
function delayMs({ random }: Person, key: Key): number {
  const share = random.next();
  const soonMs = random.between(40, 900);
  if (key === 'server') return share < 0.003 ? random.between(1, 40) * 60 * secondMs : soonMs;
  if (share < 0.0015) return random.between(25, 9 * 24) * hourMs;
  if (share < 0.01) return random.between(1, 20) * hourMs;
  return share < 0.035 ? random.between(1, 55) * 60 * secondMs : soonMs;
}
