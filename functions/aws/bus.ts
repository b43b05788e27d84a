import {
  EventBridgeServiceException,
  PutEventsCommand,
  type EventBridgeClient,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import type { JsonObject } from '../../core/json.ts';
import type { Fact, OutgoingFact } from '../../core/ports.ts';

/** Limits of one request: entries, and bytes of all of them. */
const mostEntries = 10;
const mostBytes = 256_000;

/** A fact as the bus carries it, and as rules hand it on: what happened, and where it stands. */
export interface CarriedFact {
  readonly kind: Fact['kind'];
  readonly detail: JsonObject;
}

/** Where a fact stands, beside what it says: patterns of entries match on `name` and what the fact itself tells. */
const place = ({ name, profileId, version, index, atMs }: OutgoingFact): JsonObject => ({
  name,
  profileId,
  version,
  index,
  atMs,
});

const entryOf = (fact: OutgoingFact, EventBusName: string): PutEventsRequestEntry => ({
  EventBusName,
  Source: 'sojourn',
  DetailType: fact.kind,
  Detail: JSON.stringify({ ...fact.detail, ...place(fact) }),
});

/** A fact as it was committed, from what a rule handed on. */
export function factOf({ kind, detail }: CarriedFact): OutgoingFact {
  const { name, profileId, version, index, atMs, ...rest } = detail;
  return {
    kind,
    name: String(name),
    profileId: String(profileId),
    version: Number(version),
    index: Number(index),
    atMs: Number(atMs),
    isOutgoing: true,
    detail: rest,
  };
}

/** The custom bus. */
export class Bus {
  private readonly client: EventBridgeClient;
  private readonly name: string;
  constructor(client: EventBridgeClient, name: string) {
    this.client = client;
    this.name = name;
  }

  /**
   * Puts facts on the bus: each entry is taken or refused by itself, and a request that fails keeps back no other.
   * @returns those that it did not take
   * @throws where no request was answered at all
   */
  async publish(facts: readonly OutgoingFact[]): Promise<readonly OutgoingFact[]> {
    const refused: OutgoingFact[] = [];
    const failures: unknown[] = [];
    let isAnswered = facts.length === 0;
    for (const group of groupsOf(facts, this.name)) {
      try {
        refused.push(...(await this.put(group)));
        isAnswered = true;
      } catch (error) {
        failures.push(error);
        refused.push(...group.map(({ fact }) => fact));
      }
    }
    if (!isAnswered) throw failures[0];
    return refused;
  }

  private async put(group: readonly Addressed[]): Promise<readonly OutgoingFact[]> {
    try {
      const answer = await this.client.send(new PutEventsCommand({ Entries: group.map(({ entry }) => entry) }));
      if (!answer.FailedEntryCount) return [];
      return group.filter((_, index) => answer.Entries?.[index]?.ErrorCode !== undefined).map(({ fact }) => fact);
    } catch (error) {
      if (group.length === 1 || !isOurFault(error)) throw error;
      // One entry that the bus does not understand must not take its neighbours along.
      const each = await Promise.all(group.map((one) => this.put([one]).catch(() => [one.fact])));
      return each.flat();
    }
  }
}

const isOurFault = (error: unknown): boolean =>
  error instanceof EventBridgeServiceException && error.$fault === 'client';

interface Addressed {
  readonly fact: OutgoingFact;
  readonly entry: PutEventsRequestEntry;
}
function* groupsOf(facts: readonly OutgoingFact[], bus: string): Generator<readonly Addressed[]> {
  let group: Addressed[] = [];
  let bytes = 0;
  for (const fact of facts) {
    const entry = entryOf(fact, bus);
    const size = Buffer.byteLength(entry.Detail ?? '') + 200;
    if (group.length === mostEntries || (group.length > 0 && bytes + size > mostBytes)) {
      yield group;
      [group, bytes] = [[], 0];
    }
    group.push({ fact, entry });
    bytes += size;
  }
  if (group.length > 0) yield group;
}
