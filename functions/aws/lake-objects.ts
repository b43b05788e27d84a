import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type GetObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { gunzipSync, gzipSync } from 'node:zlib';
import { toInstant } from '../../core/time/instant.ts';
import type { LakeObjects } from '../../core/privacy/sweeps.ts';

/** Where Firehose puts what was committed: `rows/day=2026-11-20/…`. */
const rows = 'rows/';
const gzipMagic = [0x1f, 0x8b];
/** Objects that are not as they were written any more: put away where reading takes hours, or encrypted with another key. */
const cannotBeRead = new Set(['InvalidObjectState', 'AccessDenied', 'KMS.DisabledException']);

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

/** The lake's objects in S3: lines of JSON, gzipped. */
export class S3LakeObjects implements LakeObjects {
  private readonly client: S3Client;
  private readonly bucket: string;
  constructor(client: S3Client, bucket: string) {
    this.client = client;
    this.bucket = bucket;
  }

  dayKey(ms: number): string {
    return `${rows}day=${toInstant(Math.max(0, ms)).slice(0, 10)}`;
  }

  async list(after: string, most: number): Promise<readonly string[]> {
    const { Contents = [] } = await this.client.send(
      new ListObjectsV2Command({ Bucket: this.bucket, Prefix: rows, StartAfter: after, MaxKeys: most }),
    );
    return Contents.flatMap(({ Key }) => Key ?? []);
  }

  async read(
    key: string,
  ): Promise<{ readonly text: string; readonly version: string } | { readonly unread: string } | undefined> {
    let got: GetObjectCommandOutput;
    try {
      got = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
    } catch (error) {
      if (nameOf(error) === 'NoSuchKey') return undefined;
      if (cannotBeRead.has(nameOf(error))) return { unread: nameOf(error) };
      throw error;
    }
    const bytes = Buffer.from(await got.Body!.transformToByteArray());
    const isZipped = gzipMagic.every((byte, index) => bytes[index] === byte);
    try {
      return { text: (isZipped ? gunzipSync(bytes) : bytes).toString(), version: got.ETag! };
    } catch (error) {
      return { unread: nameOf(error) };
    }
  }

  async write(key: string, text: string, version: string): Promise<boolean> {
    try {
      await this.client.send(
        new PutObjectCommand({
          Bucket: this.bucket,
          Key: key,
          Body: gzipSync(text),
          ContentType: 'application/octet-stream',
          IfMatch: version,
        }),
      );
      return true;
    } catch (error) {
      if (['PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchKey'].includes(nameOf(error))) return false;
      throw error;
    }
  }
}
