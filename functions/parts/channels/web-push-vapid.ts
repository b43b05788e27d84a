import { createPrivateKey, sign } from 'node:crypto';

/** Who pushes: keys as `web-push generate-vapid-keys` prints them, and a `mailto:` or `https:` address for complaints. */
export interface Vapid {
  readonly publicKey: string;
  readonly privateKey: string;
  readonly subject: string;
}

/** Push services take at most 24 h (RFC 8292, section 2). */
const validSeconds = 12 * 3_600;

/**
 * The Authorization header that names the pusher to one push service.
 * @throws Error for keys that are none
 * @see RFC 8292
 */
export function vapidHeader({ publicKey, privateKey, subject }: Vapid, endpoint: string, nowMs: number): string {
  const claims = { aud: new URL(endpoint).origin, exp: Math.floor(nowMs / 1_000) + validSeconds, sub: subject };
  const text = `${encode({ typ: 'JWT', alg: 'ES256' })}.${encode(claims)}`;
  // 0x04, then x and y, 32 bytes each.
  const point = Buffer.from(publicKey, 'base64url');
  const [x, y] = [point.subarray(1, 33).toString('base64url'), point.subarray(33).toString('base64url')];
  const key = createPrivateKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x, y, d: privateKey } });
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
  return `vapid t=${text}.${signature.toString('base64url')}, k=${publicKey}`;
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
