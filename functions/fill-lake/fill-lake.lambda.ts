import { FirehoseClient } from '@aws-sdk/client-firehose';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { setting } from '../aws/setting.ts';
import { Lake } from '../aws/lake.ts';
import { ENV } from '../env.ts';
import { observed } from '../middleware.ts';

let lake: Lake | undefined;

/** Copies committed rows into the lake. */
export const handler = observed(async ({ Records }: DynamoDBStreamEvent) => {
  lake ??= new Lake(new FirehoseClient({}), setting(ENV.lakeStream));
  await lake.fill(Records);
});
