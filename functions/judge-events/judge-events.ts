import type { EventProblem, Judgement } from '../../core/event/catalogue.ts';
import type { Message } from '../../core/event/event.ts';
import { notesOf, setAside, type QuarantinedEvent } from '../../core/event/quarantine.ts';
import { decideLoop } from '../../core/decide-loop.ts';
import { StoreUnavailable } from '../../core/failures.ts';
import type { DecisionPorts, Loaded, Quarantine } from '../../core/ports.ts';
import { tombstoneOf } from '../../core/privacy/erasure.ts';
import { readErased, type Erased } from '../../core/privacy/read-erased.ts';
import type { ItemResult } from '../../core/profile/accept.ts';
import type { IdentityRules } from '../../core/profile/identity-rules.ts';
import { keysOf } from '../../core/profile/resolve-profile.ts';

export interface JudgePorts extends DecisionPorts {
  readonly quarantine: Pick<Quarantine, 'put' | 'note' | 'remove'>;
  /** The use case that accepts what is let through. */
  readonly accept: (messages: readonly Message[]) => Promise<readonly ItemResult[]>;
}
/** What became of one message; what was set aside was taken as well: a sender has nothing to send again. */
export interface JudgedResult extends ItemResult {
  readonly quarantined?: true;
  readonly problems?: readonly EventProblem[];
}
type Wrong = { readonly message: Message; readonly judgement: Judgement };

/**
 * Holds messages of senders against the catalogue, and accepts those that are to come in. What is set aside changes
 * nothing of anybody. Events of our own making take no part in this.
 * @returns one result per message, in the order given
 */
export const judgeEvents =
  (ports: JudgePorts) =>
  async (messages: readonly Message[]): Promise<readonly JudgedResult[]> => {
    const { catalogue, identity: rules } = await ports.definitions.current();
    if (!catalogue) return ports.accept(messages);
    const judged = messages.map((message) => ({ message, judgement: catalogue(message) }));
    const wrong = judged.filter((one): one is Wrong => one.judgement !== undefined);
    if (wrong.length === 0) return ports.accept(messages);
    const nowMs = ports.clock.nowMs();
    const hashOf = (key: string): string => ports.ids.tombstone(tombstoneOf.identity(key));
    const held = wrong.filter(({ judgement }) => judgement.mode === 'quarantine');
    const rowOf = (message: Message, judgement: Judgement): QuarantinedEvent =>
      setAside(message, judgement, { nowMs, rules, hashOf });
    // Before the others: where they are sent again, this finds its row.
    const { aside, added, known } = await keepAside(ports, held, rules, rowOf);
    const heldBack = new Set(held.map(({ message }) => message));
    const through = messages.filter((message) => !heldBack.has(message));
    const accepted = new Map(
      (through.length === 0 ? [] : await ports.accept(through)).map((result, index) => [through[index]!, result]),
    );
    const gone = new Set<string>();
    const results = judged.map(({ message, judgement }): JudgedResult => {
      const { messageId } = message;
      const problems = judgement && { problems: judgement.problems };
      const id = aside.get(message);
      if (!heldBack.has(message)) return { ...accepted.get(message)!, ...problems };
      if (id === undefined) {
        const isAgain = known.has(message) || gone.has(messageId);
        gone.add(messageId);
        return { messageId, status: 'erased', ...(isAgain && { isAgain }), quarantined: true, ...problems };
      }
      // A message that comes twice in one request is new once.
      return { messageId, status: added.delete(id) ? 'accepted' : 'duplicate', quarantined: true, ...problems };
    });
    const isNew = new Set(messages.filter((_, index) => results[index]!.status === 'accepted'));
    await note(
      ports,
      wrong.filter(({ message }) => isNew.has(message)),
      nowMs,
    );
    return results;
  };

/** Written by one commit. */
const mostTombstones = 50;

interface KeptAside {
  /** Ids of what was set aside, by message; nothing is kept of those who were erased. */
  readonly aside: ReadonlyMap<Message, string>;
  /** Those of them that were not there. */
  readonly added: Set<string>;
  /** Messages of people who were erased that had come before. */
  readonly known: ReadonlySet<Message>;
}
/** Sets events aside, but for those of people who were erased, also of somebody whose erasure goes by meanwhile. */
async function keepAside(
  ports: JudgePorts,
  held: readonly Wrong[],
  rules: IdentityRules,
  rowOf: (message: Message, judgement: Judgement) => QuarantinedEvent,
): Promise<KeptAside> {
  if (held.length === 0) return { aside: new Map(), added: new Set(), known: new Set() };
  const messages = held.map(({ message }) => message);
  const { kept, isKnown } = await keptOf(ports, messages, rules);
  const rows = held.flatMap(({ message, judgement }) => {
    const rest = kept(message);
    return rest ? [{ message, row: rowOf(rest, judgement) }] : [];
  });
  const added = rows.length === 0 ? [] : await ports.quarantine.put(rows.map(({ row }) => row));
  // An erasure sweeps what it finds: what was put there after it has looked is found here, by its tombstones.
  const { kept: keptSince } = await keptOf(
    ports,
    rows.map(({ row }) => row.message),
    rules,
  );
  const isKept = ({ row }: (typeof rows)[number]): boolean => keptSince(row.message) !== undefined;
  // Those that were there already are taken away as well.
  const left = [
    ...held.filter(({ message }) => !kept(message)).map(({ message, judgement }) => rowOf(message, judgement)),
    ...rows.filter((one) => !isKept(one)).map(({ row }) => row),
  ];
  if (left.length > 0) await ports.quarantine.remove(left.map(({ quarantineId }) => quarantineId));
  const aside = rows.filter(isKept);
  return {
    aside: new Map(aside.map(({ message, row }) => [message, row.quarantineId])),
    added: new Set(added),
    known: new Set(messages.filter(isKnown)),
  };
}

/** What may be kept of some messages, as far as they are about people who were erased. */
async function keptOf(
  ports: JudgePorts,
  messages: readonly Message[],
  rules: IdentityRules,
): Promise<Pick<Erased, 'kept' | 'isKnown'>> {
  if (messages.length === 0) return { kept: (message) => message, isKnown: () => false };
  const rows = await ports.profiles.owners([...new Set(messages.flatMap((message) => keysOf(message, rules)))]);
  const profiles = new Map<string, Loaded>();
  const erased = new Map<string, number>();
  for (const owner of new Set(rows.values())) {
    const loaded = await ports.profiles.load(owner);
    if (loaded?.profile.isErased) erased.set(owner, loaded.profile.erasure?.askedMs ?? 0);
    else if (loaded) profiles.set(owner, loaded);
  }
  const { kept, isKnown, found } = await readErased(ports, messages, { rows, profiles, erased }, rules);
  for (let from = 0; from < found.length; from += mostTombstones)
    await decideLoop(ports, async (attemptId) => ({
      answer: undefined,
      change: { attemptId, profiles: [], tombstones: found.slice(from, from + mostTombstones) },
    }));
  return { kept, isKnown };
}

/** Counts are for people to look at: an event that was taken is not refused for them. */
async function note({ quarantine }: JudgePorts, wrong: readonly Wrong[], nowMs: number): Promise<void> {
  if (wrong.length === 0) return;
  try {
    await quarantine.note(notesOf(wrong, nowMs));
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
  }
}
