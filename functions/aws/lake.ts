import { type FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import type { DynamoDBRecord } from 'aws-lambda';
import { imageOf } from './stream-image.ts';
import { messagePart } from './table/keys.ts';
import { unpack } from './table/pack.ts';
import type { Item } from './table/profile-rows.ts';

/** Firehose bills each record as a multiple of 5 KB, so lines are put together; a request takes 4 MB. */
const recordBytes = 900_000;
const mostRecords = 4;
const mostTries = 5;

/** Rows of the stream as lines of JSON in the lake. */
export class Lake {
  private readonly client: FirehoseClient;
  private readonly stream: string;
  constructor(client: FirehoseClient, stream: string) {
    this.client = client;
    this.stream = stream;
  }

  /** @throws where the lake does not take them: the mapping comes again with all, and a line may be there twice */
  async fill(records: readonly DynamoDBRecord[]): Promise<void> {
    let left = [...recordsOf(records.flatMap((record) => lineOf(record) ?? []))];
    for (let tries = 1; left.length > 0; tries++) {
      if (tries > mostTries) throw new Error(`The lake refused ${left.length} records.`);
      const batch = left.slice(0, mostRecords);
      const { RequestResponses = [] } = await this.client.send(
        new PutRecordBatchCommand({ DeliveryStreamName: this.stream, Records: batch.map((text) => ({ Data: text })) }),
      );
      const refused = batch.filter((_, index) => RequestResponses[index]?.ErrorCode !== undefined);
      if (refused.length === 0) tries = 0;
      left = [...refused, ...left.slice(mostRecords)];
    }
  }
}

function* recordsOf(lines: readonly string[]): Generator<Buffer> {
  let record: Buffer[] = [];
  let bytes = 0;
  for (const text of lines) {
    const line = Buffer.from(`${text}\n`);
    if (bytes > 0 && bytes + line.length > recordBytes) {
      yield Buffer.concat(record);
      [record, bytes] = [[], 0];
    }
    record.push(line);
    bytes += line.length;
  }
  if (bytes > 0) yield Buffer.concat(record);
}

/**
 * Rows about people; published documents, due rows and lists are nobody's history. What was written to somebody is kept for
 * a while in the table alone: nobody counts letters.
 */
const isAboutPeople = ({ pk, sk }: Item): boolean => /^[pndsi]#/.test(pk!.S!) && sk!.S !== messagePart;

/** A row as a line: what is packed in it is written out, so that whoever queries the lake needs nothing of ours. */
function lineOf(record: DynamoDBRecord): string | undefined {
  const image = imageOf(record);
  if (!image || !isAboutPeople(image)) return undefined;
  return JSON.stringify(Object.fromEntries(Object.entries(image).map(([name, value]) => [name, plain(value)])));
}
function plain(value: Item[string]): unknown {
  if (value?.B) return unpacked(value.B);
  if (value?.N !== undefined) return Number(value.N);
  if (value?.L) return value.L.map(plain);
  return value?.S ?? value?.SS ?? null;
}

/** A row that a later release packed goes in as it is: it must not keep back all that came with it. */
function unpacked(packed: Uint8Array): unknown {
  try {
    return unpack(packed);
  } catch {
    return { packed: Buffer.from(packed).toString('base64') };
  }
}
