import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import type { Clock, OutgoingFact } from '../../core/ports.ts';
import { ownValue } from '../../core/profile/profile.ts';
import type { Bus } from './bus.ts';
import { imageOf } from './stream-image.ts';
import { factsIn } from './table/event-rows.ts';
import { hotKey } from './table/keys.ts';
import { memberKey, membershipsIn, type MembershipChange } from './table/memberships.ts';
import { membershipsOf, type Item } from './table/profile-rows.ts';
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
    const carried = records.flatMap((record) => {
      const image = imageOf(record);
      return image ? [{ record, image, facts: factsIn(image).filter((fact) => fact.isOutgoing) }] : [];
    });
    const refused = await this.publish(carried.flatMap(({ facts }) => facts));
    for (const { record, image, facts } of carried) {
      const lost = facts.some((fact) => refused.has(fact)) ? new Error('The bus did not take its facts.') : undefined;
      const failure = lost ?? (await this.listMembers(image));
      if (failure) await this.bury(record, failure);
    }
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
  private async listMembers(image: Item): Promise<unknown> {
    const found = membershipsIn(image);
    if (!found) return undefined;
    const { profileId, changes } = found;
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
    const now = membershipsOf(await this.table.row(hotKey(profileId)));
    for (const [kind, id, wasMs, isMs] of changes) {
      const sinceMs = ownValue(kind === 'segment' ? now.segments : now.audiences, id);
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
