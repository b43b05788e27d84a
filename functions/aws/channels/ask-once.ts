import { AsyncLocalStorage } from 'node:async_hooks';
import { Agent as HttpAgent, type AgentOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import type { HandOver } from '../../../core/ports.ts';

/** What a provider answered where it did not accept. */
export interface ProviderError {
  /** Of the error, e.g. `MessageRejected`. */
  readonly name: string;
  /** A narrower reason from a closed list, where the provider gives one. */
  readonly detail?: string;
}

interface Attempt {
  isConnected: boolean;
}
const attempts = new AsyncLocalStorage<Attempt>();

/** Nothing of a request leaves this machine before its connection stands. */
function watch<Socket extends Duplex | null | undefined>(socket: Socket, connected: string): Socket {
  const attempt = attempts.getStore();
  if (attempt) socket?.once(connected, () => (attempt.isConnected = true));
  return socket;
}

class WatchedHttp extends HttpAgent {
  override createConnection(...args: Parameters<HttpAgent['createConnection']>) {
    return watch(super.createConnection(...args), 'connect');
  }
}
class WatchedHttps extends HttpsAgent {
  override createConnection(...args: Parameters<HttpsAgent['createConnection']>) {
    return watch(super.createConnection(...args), 'secureConnect');
  }
}

/**
 * Kept connections would save a handshake, but one that the provider closed while the container was frozen breaks after
 * the request was written: its message would be unknown, and lost. Without a limit no request waits for another's
 * socket, so each connection is made in the context of its own attempt.
 */
const fresh: AgentOptions = { keepAlive: false, maxSockets: Infinity };

/** Options of every client that hands messages over: the SDK's own retries would send twice. */
export const onceOptions = {
  maxAttempts: 1,
  requestHandler: {
    connectionTimeout: 2_000,
    httpAgent: new WatchedHttp(fresh),
    httpsAgent: new WatchedHttps(fresh),
  },
} as const;

/**
 * Makes one request with a client of `onceOptions` and says what became of it. Never throws.
 * @param isPermanent whether the same message would be refused for ever
 */
export async function askOnce(
  ask: (abortSignal: AbortSignal) => Promise<{ readonly MessageId?: string | undefined }>,
  isPermanent: (error: ProviderError) => boolean,
  limitMs = 10_000,
): Promise<HandOver> {
  const attempt: Attempt = { isConnected: false };
  try {
    const { MessageId } = await attempts.run(attempt, () => ask(AbortSignal.timeout(limitMs)));
    return { kind: 'accepted', ...(MessageId !== undefined && { providerId: MessageId }) };
  } catch (error) {
    return outcomeOf(error, attempt.isConnected, isPermanent);
  }
}

const throttle = /Throttl|TooManyRequests|LimitExceeded|QuotaExceeded|SlowDown/;

/**
 * An answer of class 4 says that the message was not taken, and so does a throttle of any class. No document says the
 * same of other answers of class 5, so they leave it open; as does silence once a connection stood.
 */
function outcomeOf(error: unknown, isConnected: boolean, isPermanent: (error: ProviderError) => boolean): HandOver {
  const { status, code, ...said } = read(error);
  if (status === undefined) {
    const reason = code ?? said.name;
    return isConnected ? { kind: 'unknown', reason } : { kind: 'refused', reason, isPermanent: false };
  }
  // The message of an error may hold an address; its name and reason do not.
  const reason = said.detail === undefined ? said.name : `${said.name} ${said.detail}`;
  if (status === 429 || throttle.test(said.name)) return { kind: 'refused', reason, isPermanent: false };
  if (status >= 400 && status < 500)
    return { kind: 'refused', reason, isPermanent: status === 413 || isPermanent(said) };
  return { kind: 'unknown', reason: `${reason} (${status})` };
}

function read(error: unknown): ProviderError & { readonly status?: number; readonly code?: string } {
  if (!(error instanceof Error)) return { name: 'unreadable' };
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined;
  const status =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata && metadata.httpStatusCode;
  return {
    name: error.name,
    ...(typeof status === 'number' && { status }),
    ...('code' in error && typeof error.code === 'string' && { code: error.code }),
    ...('Reason' in error && typeof error.Reason === 'string' && { detail: error.Reason }),
  };
}
