import { decideLoop, type Tried } from '../../core/decide-loop.ts';
import type { Definitions } from '../../core/definitions.ts';
import { readEnrolled, type Enrolled } from '../../core/enrollment/read-enrolled.ts';
import { mayWatch } from '../../core/enrollment/watched.ts';
import type { Message } from '../../core/event/event.ts';
import type { Change, DecisionPorts, IdentityKey, Loaded } from '../../core/ports.ts';
import { decideAccept, type AcceptDecision, type AcceptInput, type ItemResult } from '../../core/profile/accept.ts';
import { readErased } from '../../core/privacy/read-erased.ts';
import { factBytes } from '../../core/profile/fact-bytes.ts';
import { identityKey } from '../../core/profile/identity-key.ts';
import type { IdentityRules } from '../../core/profile/identity-rules.ts';
import { isToBeFilled } from '../../core/profile/fill-up.ts';
import { historyIds } from '../../core/profile/profile.ts';
import { nothingRemembered } from '../../core/profile/recall.ts';
import { keysOf } from '../../core/profile/resolve-profile.ts';

/** Messages of one person in one commit. */
const mostPerChunk = 40;
/** Profiles in one commit: those that a chunk may merge. */
const mostProfiles = 4;
/** Facts of one commit: a row of DynamoDB holds 400 KB, and its event stands in it as well. */
const mostFactBytes = 250_000;
/** Rows in one commit; a transaction of DynamoDB holds 100, of which a profile may take two. */
const mostRows = 90;

/**
 * Accepts messages: applied exactly once, in order for each person.
 * @param peopleAtOnce how many people are written to at the same time: where each commit is a journey over a network,
 * several; where it is a moment of one processor, one
 * @returns one result per message, in the order given
 * @throws StoreContended where a person is written to by too many at once
 */
export const acceptEvents =
  (ports: DecisionPorts, peopleAtOnce = 1) =>
  async (messages: readonly Message[]): Promise<readonly ItemResult[]> => {
    const results = new Array<ItemResult>(messages.length);
    const { identity } = await ports.definitions.current();
    const groups = groupByPerson(messages, identity);
    // Two names of one person, which this request does not join, must not be written to at once: the order would be lost.
    const isJoined = peopleAtOnce === 1 || groups.length === 1;
    const owners = isJoined ? undefined : await ports.profiles.owners(firstKeys(messages, identity));
    const people = (owners ? groupByPerson(messages, identity, owners) : groups).values();
    const takeTurns = async (): Promise<void> => {
      for (const indexes of people) await acceptPerson(ports, messages, indexes, results);
    };
    await Promise.all(Array.from({ length: peopleAtOnce }, takeTurns));
    return results;
  };

async function acceptPerson(
  ports: DecisionPorts,
  messages: readonly Message[],
  indexes: readonly number[],
  results: ItemResult[],
): Promise<void> {
  for (let from = 0; from < indexes.length; from += mostPerChunk) {
    const chunk = indexes.slice(from, from + mostPerChunk);
    const accepted = await acceptChunk(
      ports,
      chunk.map((index) => messages[index]!),
    );
    chunk.forEach((index, at) => (results[index] = accepted[at]!));
  }
}

/** The keys that nearly always find the person: the strongest of each message. */
const firstKeys = (messages: readonly Message[], rules: IdentityRules): readonly IdentityKey[] => [
  ...new Set(messages.flatMap((message) => keysOf(message, rules).slice(0, 1))),
];

/**
 * Indexes of the messages that share an identifier, in order; each group is one person's, as far as the request says.
 * @param owners who owns which identity: two that one profile owns are one person's as well
 */
function groupByPerson(
  messages: readonly Message[],
  rules: IdentityRules,
  owners: ReadonlyMap<IdentityKey, string> = new Map(),
): readonly (readonly number[])[] {
  if (messages.length === 1) return [[0]];
  // Union–find over message indexes: messages that share a key have the same root.
  const roots = messages.map((_, index) => index);
  const rootOf = (index: number): number => {
    let at = index;
    while (roots[at] !== at) at = roots[at] = roots[roots[at]!]!;
    return at;
  };
  const firstWith = new Map<string, number>();
  messages.forEach((message, index) => {
    const keys = keysOf(message, rules);
    for (const name of [...keys, ...keys.flatMap((key) => owners.get(key) ?? [])]) {
      const first = firstWith.get(name);
      if (first === undefined) firstWith.set(name, index);
      else roots[rootOf(index)] = rootOf(first);
    }
  });
  return [...Map.groupBy(roots.keys(), rootOf).values()];
}

async function acceptChunk(ports: DecisionPorts, messages: readonly Message[]): Promise<readonly ItemResult[]> {
  let tries = 0;
  const halves = await decideLoop<readonly ItemResult[] | 'too-many'>(ports, (attemptId) =>
    tryChunk(ports, messages, attemptId, tries++ > 0),
  );
  if (halves !== 'too-many') return halves;
  // More people than one commit may hold: the first half may merge some of them before the second.
  const middle = Math.ceil(messages.length / 2);
  return [
    ...(await acceptChunk(ports, messages.slice(0, middle))),
    ...(await acceptChunk(ports, messages.slice(middle))),
  ];
}

async function tryChunk(
  ports: DecisionPorts,
  given: readonly Message[],
  attemptId: string,
  isAgain: boolean,
): Promise<Tried<readonly ItemResult[] | 'too-many'>> {
  const definitions = await ports.definitions.current();
  const people = await readPeople(ports, given, definitions.identity, isAgain);
  const { rows, owners, profiles } = people;
  if (profiles.size > mostProfiles && given.length > 1) return { answer: 'too-many' };
  const { kept, isKnown, erasedKeys, found } = await readErased(ports, given, people, definitions.identity);
  const messages = given.flatMap((message) => kept(message) ?? []);
  const withGone = (results: readonly ItemResult[]): readonly ItemResult[] => {
    let at = 0;
    const gone = new Set<string>();
    return given.map((one) => {
      if (kept(one)) return results[at++]!;
      const { messageId } = one;
      const isAgain = isKnown(one) || gone.has(messageId);
      gone.add(messageId);
      return { messageId, status: 'erased', ...(isAgain && { isAgain }) };
    });
  };
  if (found.length > mostRows && given.length > 1) return { answer: 'too-many' };
  const tombstones = found.length > 0 && { tombstones: found };
  if (messages.length === 0)
    return { answer: withGone([]), ...(tombstones && { change: { attemptId, profiles: [], ...tombstones } }) };
  const loaded = [...profiles.values()];
  const nowMs = ports.clock.nowMs();
  const ids = loaded.flatMap(({ profile }) => historyIds(profile));
  // Two who are known, or one who is known and one whom an earlier message makes.
  const mayMerge =
    loaded.length > 1 ||
    (messages.length > 1 &&
      messages.some((message) => keysOf(message, definitions.identity).some((key) => !rows.has(key))));
  // Duplicates are few: where all that was said of a person stands under one id, the first commit finds them out by
  // itself, and a second try asks which they are.
  const isGuess = !isAgain && !mayMerge && ids.length <= 1;
  const seen = isGuess ? new Map<string, string>() : await ports.profiles.seen(ids, messages.map(idOfMessage));
  const enrolled = await readTouched(ports, definitions, loaded, messages, mayMerge);
  const { change: decided, results } = await decideRemembering(ports, {
    messages,
    profiles: loaded,
    identityRows: rows,
    owners,
    erasedKeys,
    seen,
    definitions,
    nowMs,
    attemptId,
    ...enrolled,
    addressHash: (channel, address) => ports.ids.addressHash(channel, address),
    profileIdOf: (message) => ports.ids.profileId(message),
  });
  const change = tombstones ? { ...(decided ?? { attemptId, profiles: [] }), ...tombstones } : decided;
  const isTooLarge =
    change && (change.profiles.length > mostProfiles || rowsOf(change) > mostRows || isTooMuchTold(change));
  if (isTooLarge && messages.length > 1) return { answer: 'too-many' };
  return { answer: withGone(results), isGuess, ...(change && { change }) };
}

/** Decides, and where the past is asked for, reads it and decides again. */
async function decideRemembering(
  { profiles }: DecisionPorts,
  input: Omit<AcceptInput, 'remembered' | 'isFilling'>,
): Promise<AcceptDecision> {
  const ids = input.profiles.flatMap(({ profile }) => historyIds(profile));
  let remembered = nothingRemembered;
  let isFilling = input.profiles.some(({ profile }) => isToBeFilled(profile, input.definitions));
  for (;;) {
    const decision = decideAccept({ ...input, remembered, isFilling });
    if (decision.missing.length === 0) return decision;
    const names = new Set([...remembered.names, ...decision.missing]);
    try {
      remembered = { names, events: ids.length === 0 ? [] : await profiles.history(ids, { names: [...names] }) };
    } catch (error) {
      // What they do is not refused for what they did: the filling of everybody tells of whom it cannot fill.
      if (!isFilling) throw error;
      isFilling = false;
    }
  }
}

const idOfMessage = ({ messageId }: Message): string => messageId;

/** What is told stands in one row for each person; few facts are never as much. */
const isTooMuchTold = ({ facts = [] }: Change): boolean => facts.length >= 6 && factBytes(facts) > mostFactBytes;

/** Rows that a change writes, at most: a profile and a suppression take two each. */
const rowsOf = ({ profiles, suppressions, facts, ...rest }: Change): number =>
  2 * (profiles.length + (suppressions?.length ?? 0)) +
  [rest.events, rest.identities, rest.merges, rest.enrollments, rest.due, rest.tombstones].reduce(
    (sum, rows) => sum + (rows?.length ?? 0),
    0,
  ) +
  (facts?.length ? profiles.length : 0);

/** Everybody whom these messages name, and who owns which identity. */
interface People {
  readonly rows: Map<IdentityKey, string>;
  /** Profile → the one that it leads to. */
  readonly holders: Map<string, string>;
  readonly profiles: Map<string, Loaded>;
  /** Rows that lead to somebody who is being erased, and the ids of such people, as they were named; with the instant. */
  readonly erased: Map<string, number>;
}

async function readPeople(
  ports: DecisionPorts,
  messages: readonly Message[],
  rules: IdentityRules,
  isAgain: boolean,
): Promise<People & { readonly owners: ReadonlyMap<IdentityKey, string> }> {
  const keys = messages.map((message) => keysOf(message, rules));
  const people: People = { rows: new Map(), holders: new Map(), profiles: new Map(), erased: new Map() };
  const named = messages.flatMap(({ profileId }) => (profileId === undefined ? [] : [profileId]));
  // The first key nearly always finds the person, who says that the others are theirs. Where that row was another's by
  // then, the commit tells, and a second try asks for all.
  const first = new Set(isAgain ? keys.flat() : firstKeys(messages, rules));
  await readOwners(ports, people, [...first], named);
  if (!isAgain) {
    const own = identitiesOf(people);
    const others = [...new Set(keys.flat())].filter((key) => !first.has(key));
    await readOwners(
      ports,
      people,
      others.filter((key) => !own.has(key)),
    );
    for (const key of others) if (own.has(key)) people.rows.set(key, own.get(key)!);
  }
  const { rows, holders, profiles } = people;
  if (profiles.size > 1) {
    // Two may become one, and the loser's other identities move with it.
    for (const [key, owner] of await ports.profiles.owners([...identitiesOf(people).keys()])) {
      // One that changed hands since the first look belongs to a writer who was faster: the commit will tell.
      if (!rows.has(key) && holders.has(owner)) rows.set(key, owner);
    }
  }
  const owners = new Map([...rows].map(([key, owner]) => [key, holders.get(owner) ?? owner] as const));
  return { ...people, owners };
}

/** Reads rows of identities, and whom they lead to; once more those that were taken out of their owner meanwhile. */
async function readOwners(
  { profiles }: DecisionPorts,
  people: People,
  keys: readonly IdentityKey[],
  named: readonly string[] = [],
): Promise<void> {
  await lookUp(profiles, people, keys, named);
  const stale = keys.filter((key) => isTakenOut(people, key));
  if (stale.length === 0) return;
  for (const key of stale) people.rows.delete(key);
  // A row that is read after its owner is true: an earlier id of an alias leads to a profile that does not list it.
  await lookUp(profiles, people, stale, []);
}
async function lookUp(
  profiles: DecisionPorts['profiles'],
  people: People,
  keys: readonly IdentityKey[],
  named: readonly string[],
): Promise<void> {
  const rows = keys.length === 0 ? new Map<IdentityKey, string>() : await profiles.owners(keys);
  for (const [key, owner] of rows) people.rows.set(key, owner);
  for (const profileId of new Set([...rows.values(), ...named])) {
    if (people.holders.has(profileId)) continue;
    const loaded = await profiles.load(profileId);
    if (!loaded) continue;
    if (loaded.profile.isErased) {
      people.erased.set(profileId, loaded.profile.erasure?.askedMs ?? 0);
      continue;
    }
    people.profiles.set(loaded.profile.profileId, loaded);
    people.holders.set(profileId, loaded.profile.profileId);
    people.holders.set(loaded.profile.profileId, loaded.profile.profileId);
  }
}

/** Whether an identity was taken out of its owner, with the profile that it finds now, between the two reads. */
function isTakenOut({ rows, holders, profiles }: People, key: IdentityKey): boolean {
  const profile = profiles.get(holders.get(rows.get(key) ?? '') ?? '')?.profile;
  if (!profile?.apart) return false;
  return !profile.identifiers.some((one) => one.resolves && identityKey(one.kind, one.value) === key);
}

/** The identities that these people's profiles call their own, each with its profile. */
const identitiesOf = ({ profiles }: People): ReadonlyMap<IdentityKey, string> =>
  new Map(
    [...profiles.values()].flatMap(({ profile }) =>
      profile.identifiers
        .filter((one) => one.resolves)
        .map((one) => [identityKey(one.kind, one.value), profile.profileId] as const),
    ),
  );

/** The enrollments that these messages may end, resolve or count for. */
function readTouched(
  ports: DecisionPorts,
  definitions: Definitions,
  loaded: readonly Loaded[],
  messages: readonly Message[],
  mayMerge: boolean,
): Promise<Enrolled> {
  const isConversion = messages.some((message) =>
    definitions.conversion.some((match) => match.names.has(message.name)),
  );
  const changesProfile = messages.some(
    ({ type, name, context }) =>
      type === 'identify' ||
      'traits' in context ||
      'consent' in context ||
      'timezone' in context ||
      definitions.computedNames.has(name),
  );
  // Most messages of a browser name the zone, and it is the one that is known.
  const isOtherZone = ({ context }: Message): boolean =>
    'timezone' in context && loaded.some(({ profile }) => profile.timeZone?.value !== context['timezone']);
  const mayRewatch = mayMerge || messages.some(isOtherZone);
  const isAnyBehind = loaded.some(({ profile }) => isToBeFilled(profile, definitions));
  return readEnrolled(
    ports,
    loaded.flatMap(({ profile }) => profile.enrollments),
    (stub, journey) =>
      loaded.length > 1 ||
      ((isConversion || isAnyBehind) && stub.isAcquisition) ||
      journey.watchesProfile ||
      (changesProfile && journey.plan.isMovable) ||
      (mayRewatch && stub.isActive && mayWatch(journey)) ||
      messages.some((message) => journey.listens.has(message.name)),
  );
}
