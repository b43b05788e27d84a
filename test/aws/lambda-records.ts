import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { _Record } from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBRecord } from 'aws-lambda';

type Image = { readonly [name: string]: AttributeValue };

/** Records of a table's stream as Lambda hands them over: bytes as base64, times as seconds. */
export const asLambdaRecords = (records: readonly _Record[]): readonly DynamoDBRecord[] => records.map(asLambdaRecord);

const asLambdaRecord = ({ eventID, eventName, dynamodb }: _Record): DynamoDBRecord => {
  const { Keys, NewImage, SequenceNumber, StreamViewType } = dynamodb!;
  return {
    eventID: eventID!,
    eventName: eventName!,
    eventSource: 'aws:dynamodb',
    dynamodb: {
      Keys: asText(Keys ?? {}),
      ...(NewImage && { NewImage: asText(NewImage) }),
      SequenceNumber: SequenceNumber!,
      StreamViewType: StreamViewType!,
    },
  };
};

const asText = (image: Image): NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']> =>
  Object.fromEntries(
    Object.entries(image).map(([name, value]) => [
      name,
      (value.B ? { B: Buffer.from(value.B).toString('base64') } : value) as { readonly S: string },
    ]),
  );
