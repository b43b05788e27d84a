import type { DynamoDBRecord } from 'aws-lambda';
import type { Item } from './table/profile-rows.ts';

/** The row that a record of the stream is about, as it became; bytes come to a function as base64. */
export function imageOf(record: DynamoDBRecord): Item | undefined {
  const image = record.dynamodb?.NewImage;
  if (!image) return undefined;
  const item: Item = {};
  for (const [name, value] of Object.entries(image))
    item[name] = (typeof value.B === 'string' ? { B: Buffer.from(value.B, 'base64') } : value) as Item[string];
  return item;
}
