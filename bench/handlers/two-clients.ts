import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';

let clients: { readonly dynamo: DynamoDBClient; readonly events: EventBridgeClient } | undefined;

/** The least that a function with a table and a bus can be: what others are compared with. */
export const handler = async ({ id }: { readonly id: string }): Promise<object> => {
  // As ours are: built at the first call, so that loading alone is measured.
  const { dynamo, events } = (clients ??= { dynamo: new DynamoDBClient({}), events: new EventBridgeClient({}) });
  const { Item } = await dynamo.send(new GetItemCommand({ TableName: 'table', Key: { id: { S: id } } }));
  return events.send(
    new PutEventsCommand({ Entries: [{ Source: 'bench', DetailType: 'read', Detail: JSON.stringify(Item ?? {}) }] }),
  );
};
