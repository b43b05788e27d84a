import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import type { Clock, OutgoingFact } from '../../core/ports.ts';
import { ownValue } from '../../core/profile/profile.ts';
import type { Bus } from './bus.ts';
import { imageOf } from './stream-image.ts';
import { factsIn } from './table/event-rows.ts';
import { coldKey, hotKey } from './table/keys.ts';
import { memberKey, membershipsIn, type MembershipChange } from './table/memberships.ts';
import { groupsOf, membershipsOf } from './table/profile-rows.ts';
import { keyOf, Table } from './table/table.ts';

export interface RelayOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly bus: Pick<Bus, 'publish'>;
  readonly queues: SQSClient;
  /** Takes whole records that could not be carried out. */
  readonly deadQueueUrl: string;
  readonly clock: Pick<Clock, 'backOff'>;
  readonly onDead: (record: DynamoDBRecord, error: unknown) => void;
}

const mostTries = 4;

type Members = NonNullable<ReturnType<typeof membershipsIn>>;
/** What a record says. */
interface Told {
  readonly record: DynamoDBRecord;
  readonly facts: readonly OutgoingFact[];
  readonly members: Members | undefined;
}
/** A row that a later release wrote, before a rollback, or that was put together by hand: no try reads it better. */
interface Unreadable {
  readonly record: DynamoDBRecord;
  readonly failure: unknown;
}

/** It never throws: one record that cannot be read would fail its whole batch, and the shard would wait for it. */
function readRecord(record: DynamoDBRecord): Told | Unreadable | undefined {
  try {
    const image = imageOf(record);
    if (!image) return undefined;
    const facts = factsIn(image).filter((fact) => fact.isOutgoing);
    return { record, facts, members: membershipsIn(image) };
  } catch (failure) {
    return { record, failure };
  }
}

/**
 * Carries what was committed to whoever listens: facts to the bus, memberships to their lists. What cannot be carried goes
 * to the relay's own dead letters as a whole record, since a mapping's own would hold its place in the stream only.
 */
export class StreamRelay {
  private readonly options: RelayOptions;
  private readonly table: Table;
  constructor(options: RelayOptions) {
    this.options = options;
    this.table = new Table(options.client, options.tableName);
  }

  /** @throws where not even the dead letters could be reached: the mapping comes again with the same records */
  async carry(records: readonly DynamoDBRecord[]): Promise<void> {
    const read = records.flatMap((record) => readRecord(record) ?? []);
    const refused = await this.publish(read.flatMap((one) => ('facts' in one ? one.facts : [])));
    for (const one of read) {
      const failure = 'facts' in one ? await this.finish(one, refused) : one.failure;
      if (failure !== undefined) await this.bury(one.record, failure);
    }
  }

  /** @returns why the record goes to the dead letters */
  private async finish({ facts, members }: Told, refused: ReadonlySet<OutgoingFact>): Promise<unknown> {
    if (facts.some((fact) => refused.has(fact))) return new Error('The bus did not take its facts.');
    return members && this.listMembers(members);
  }

  private async publish(facts: readonly OutgoingFact[]): Promise<ReadonlySet<OutgoingFact>> {
    let left = facts;
    for (let tries = 1; left.length > 0 && tries <= mostTries; tries++) {
      if (tries > 1) await this.options.clock.backOff(tries);
      try {
        left = await this.options.bus.publish(left);
      } catch {
        // The whole request failed: what of it was taken comes once more, and changes nothing.
      }
    }
    return new Set(left);
  }

  /** What a row says is news, not state: it may come again, and after what followed it. So the profile is asked. */
  private async listMembers({ profileId, changes }: Members): Promise<unknown> {
    for (let tries = 1; ; tries++)
      try {
        await this.list(profileId, changes);
        return undefined;
      } catch (error) {
        if (tries === mostTries) return error;
        await this.options.clock.backOff(tries);
      }
  }
  private async list(profileId: string, changes: readonly MembershipChange[]): Promise<void> {
    const { segments: segment, audiences: audience } = membershipsOf(await this.table.row(hotKey(profileId)));
    const isOfGroups = changes.some(([kind]) => kind === 'group');
    const group = isOfGroups ? groupsOf(await this.table.row(coldKey(profileId))) : {};
    const now = { segment, audience, group };
    for (const [kind, id, wasMs, isMs] of changes) {
      const sinceMs = ownValue(now[kind], id);
      for (const ms of new Set([wasMs, isMs]))
        if (ms !== null && ms !== sinceMs) await this.table.delete(memberKey(kind, id, profileId, ms));
      if (sinceMs !== undefined) await this.table.put(keyOf(memberKey(kind, id, profileId, sinceMs)));
    }
  }

  private async bury(record: DynamoDBRecord, error: unknown): Promise<void> {
    this.options.onDead(record, error);
    const { deadQueueUrl, queues } = this.options;
    await queues.send(new SendMessageCommand({ QueueUrl: deadQueueUrl, MessageBody: JSON.stringify(record) }));
  }
}
