import { gunzipSync } from 'node:zlib';
import { refused, type IntakeResponse } from './intake-answers.ts';

/** The user name of Basic authentication; `undefined` where the key is to be looked for in the body. */
export function keyOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined || /^Bearer\s/i.test(authorization)) return undefined;
  const encoded = /^Basic\s+([A-Za-z0-9+/=_-]+)\s*$/i.exec(authorization)?.[1];
  return encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8').split(':')[0]!;
}

/** How a body is packed, by its `Content-Encoding`. */
export function packingOf(encoding: string | undefined): 'none' | 'gzip' | 'unknown' {
  const name = encoding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return 'none';
  return name === 'gzip' || name === 'x-gzip' ? 'gzip' : 'unknown';
}

/** The body as it was before the caller compressed it; `undefined` where that is more than the limit. */
export function unpacked(body: Uint8Array, limit: number): Uint8Array | IntakeResponse | undefined {
  try {
    return gunzipSync(body, { maxOutputLength: limit });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    return refused(400, 'encoding_invalid', 'The body is not gzip, though its header says so.', 'content-encoding');
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true });
/** The body as JSON; `undefined` where it is none, or not UTF-8. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}
