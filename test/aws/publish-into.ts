import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { layDefinitions } from '../../functions/aws/lay-definitions.ts';
import { currentKey } from '../../functions/aws/table/definition-keys.ts';
import { keyOf, Table } from '../../functions/aws/table/table.ts';
import type { Publication } from '../../functions/parts/publication.ts';

/** Makes documents current as publishing does, for a test that is of something else. */
export async function publishInto(
  client: DynamoDBClient,
  tableName: string,
  publication: Publication,
  machines: ReadonlyMap<string, string>,
): Promise<void> {
  const table = new Table(client, tableName);
  await layDefinitions(table, publication, machines);
  await table.put({ ...keyOf(currentKey), h: { S: publication.hash } });
}
