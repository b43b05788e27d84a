import { lookup as lookupHost, type LookupAddress } from 'node:dns';
import type { IncomingMessage } from 'node:http';
import { Agent, request as startRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { HandOver } from '../../../core/ports.ts';
import { isPublicAddress } from './webhook-address.ts';

/** A request to a host that somebody else named. */
export interface ForeignRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string | Buffer;
}
/** How strangers' hosts are reached; tests reach their own. */
export interface Reach {
  /** @default all addresses of the public internet */
  readonly isAllowed?: (address: string) => boolean;
  /** @default the system's resolver */
  readonly lookup?: LookupFunction;
  /** Certificates to trust instead of the public ones. */
  readonly ca?: string;
  /** From the first look-up to the answer's status. @default 10 s */
  readonly limitMs?: number;
}

// A kept connection that the other side has closed meanwhile would leave a request's outcome unknown.
const agent = new Agent({ keepAlive: false });

/** What came of a request. */
export type Exchange =
  /** Nobody has read the body: whoever takes the answer reads it or destroys it. */
  | { readonly kind: 'answered'; readonly response: IncomingMessage }
  /** It is no request that may be made. */
  | { readonly kind: 'never'; readonly reason: string }
  /** Nothing of a request leaves before its connection stands. */
  | { readonly kind: 'broken'; readonly reason: string; readonly isConnected: boolean };

/** Makes one request over https, of whose answer only the status is read. */
export async function requestOnce(asked: ForeignRequest, reach: Reach = {}): Promise<HandOver> {
  const exchange = await exchangeOnce(asked, reach);
  if (exchange.kind === 'never') return never(exchange.reason);
  if (exchange.kind === 'answered') {
    exchange.response.destroy();
    return outcomeOfStatus(exchange.response.statusCode ?? 0);
  }
  const { reason, isConnected } = exchange;
  // After that, silence leaves open what was done with it.
  return isConnected ? { kind: 'unknown', reason } : { kind: 'refused', reason, isPermanent: false };
}

const never = (reason: string): HandOver => ({ kind: 'refused', reason, isPermanent: true });

/**
 * Makes one request over https. Redirects are not followed. The host's addresses are checked in the very look-up that
 * the connection uses, so that no second answer can slip in between.
 */
export async function exchangeOnce(asked: ForeignRequest, reach: Reach = {}): Promise<Exchange> {
  const url = URL.parse(asked.url);
  if (url?.protocol !== 'https:') return { kind: 'never', reason: 'not-https' };
  const isAllowed = reach.isAllowed ?? isPublicAddress;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // A literal address is connected to without a look-up.
  if (isIP(host) !== 0 && !isAllowed(host)) return { kind: 'never', reason: 'address-not-public' };
  return exchange(url, asked, { ...reach, isAllowed }).catch(() => ({ kind: 'never', reason: 'not-a-request' }));
}

function exchange(url: URL, asked: ForeignRequest, reach: Reach & Required<Pick<Reach, 'isAllowed'>>) {
  return new Promise<Exchange>((resolve) => {
    let isConnected = false;
    const options = {
      method: asked.method,
      headers: { ...asked.headers, 'content-length': String(Buffer.byteLength(asked.body)) },
      agent,
      lookup: guarded(reach.lookup ?? lookupHost, reach.isAllowed),
      rejectUnauthorized: true,
      signal: AbortSignal.timeout(reach.limitMs ?? 10_000),
      ...(reach.ca !== undefined && { ca: reach.ca }),
    };
    const request = startRequest(url, options, (response) => {
      // One that breaks off while nobody reads it is nobody's error.
      response.on('error', () => undefined);
      resolve({ kind: 'answered', response });
    });
    request.once('socket', (socket) => socket.once('secureConnect', () => (isConnected = true)));
    request.on('error', (error) => resolve(brokenBy(error, isConnected)));
    request.end(asked.body);
  });
}

/** A look-up that fails where any of a host's addresses is not allowed. */
function guarded(lookup: LookupFunction, isAllowed: (address: string) => boolean): LookupFunction {
  return (host, options, done) => {
    lookup(host, { ...options, all: true }, (error, found) => {
      const addresses: readonly LookupAddress[] = typeof found === 'string' ? [] : found;
      const [first] = addresses;
      if (error || !first) return done(error ?? new Error('no address'), '');
      if (!addresses.every(({ address }) => isAllowed(address))) return done(new AddressNotPublic(), '');
      if (options.all) done(null, [...addresses]);
      else done(null, first.address, first.family);
    });
  };
}

class AddressNotPublic extends Error {
  override readonly name = 'AddressNotPublic';
}

function brokenBy(error: Error, isConnected: boolean): Exchange {
  if (error instanceof AddressNotPublic) return { kind: 'never', reason: 'address-not-public' };
  const reason = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return { kind: 'broken', reason, isConnected };
}

/** Answers that say "later"; every other 5xx leaves open whether the request was acted on. */
const later = new Set([408, 425, 429, 503]);

function outcomeOfStatus(status: number): HandOver {
  const reason = `replied ${status}`;
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  if (later.has(status)) return { kind: 'refused', reason, isPermanent: false };
  return status >= 300 && status < 500 ? never(reason) : { kind: 'unknown', reason };
}
