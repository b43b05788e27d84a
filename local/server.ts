import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type { Trust } from '../core/event/event.ts';
import { changeConsent } from '../functions/change-consent/change-consent.ts';
import { completeTask } from '../functions/complete-task/complete-task.ts';
import { enterJourney } from '../functions/enter-journey/enter-journey.ts';
import { describeSchedule } from '../functions/parts/http/schedule.ts';
import { apiRoutes } from '../functions/parts/http/api.ts';
import { refused, type IntakeResponse } from '../functions/parts/http/intake-answers.ts';
import { Intake } from '../functions/parts/http/intake.ts';
import { previewRoutes } from '../functions/parts/http/preview-routes.ts';
import { bearer, mount } from '../functions/parts/http/mount.ts';
import { isSame } from '../functions/parts/keyring.ts';
import { replayQuarantined } from '../functions/replay-quarantined/replay-quarantined.ts';
import { suppressAddress } from '../functions/suppress-address/suppress-address.ts';
import { unmergeProfile } from '../functions/unmerge-profile/unmerge-profile.ts';
import { stopwatch } from './clock.ts';
import { clockRoutes } from './clock-routes.ts';
import { homePublicationRoutes } from './home-publication-routes.ts';
import { homeControlRoutes } from './home-control-routes.ts';
import type { Home } from './home.ts';
import { importRoutes, topicIds } from './import-routes.ts';
import { pageRoutes } from './page-routes.ts';
import { answer, takeIntake } from './take-intake.ts';

export interface ServerOptions {
  readonly home: Home;
  /** 0 for any free port. */
  readonly port: number;
  readonly writeKey?: string;
  readonly publicKey?: string;
  /** Bearer token of `/api` and `/local`; random where it is not given. */
  readonly token?: string;
  /** Names under which this server may be called, beside loopback. */
  readonly hosts?: readonly string[];
  readonly onError: (what: string, error: unknown) => void;
}

/** Requests of the intake under way at once; each holds its body, at most 512 KB. */
const mostAtOnce = 256;
/** A body that comes more slowly frees its place: 512 KB take 4 s at 1 Mbit/s. */
const slowestRequestMs = 30_000;

/** The home's HTTP server: intake, management, clock and pages, on loopback. */
export class HomeServer {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  private readonly server: Server;

  static async listen(options: ServerOptions): Promise<HomeServer> {
    const token = options.token ?? randomBytes(18).toString('base64url');
    const onError = (error: unknown, requestId: string): void => options.onError(`answer request ${requestId}`, error);
    const intake = intakeOf(options, onError);
    const listener = getRequestListener(appOf(options, token, onError).fetch, { overrideGlobalObjects: false });
    const server = createServer((request, response) => {
      latestAnswer.set(request.socket, response);
      if (!isHostAllowed(request.headers.host, options.hosts ?? [])) return answer(response, hostForbidden());
      if (request.url?.startsWith('/v1/')) return takeIntake(intake, request, response);
      return void listener(request, response);
    });
    server.keepAliveTimeout = 65_000;
    server.requestTimeout = slowestRequestMs;
    server.on('clientError', refuseClient);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, '127.0.0.1', resolve);
    });
    const made = new HomeServer(server, token);
    options.home.announce(made.url, token);
    return made;
  }

  private constructor(server: Server, token: string) {
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
    this.url = `http://127.0.0.1:${this.port}`;
    this.token = token;
  }

  /** Takes no new requests, and answers when those under way are done. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeIdleConnections();
    });
  }
}

function intakeOf(
  { home, writeKey = 'local-server-key', publicKey = 'local-public-key' }: ServerOptions,
  onError: (error: unknown, requestId: string) => void,
): Intake {
  const trustOf = (key: string): Trust | undefined =>
    isSame(key, writeKey) ? 'server' : isSame(key, publicKey) ? 'public' : undefined;
  return new Intake({
    accept: home.take,
    durable: () => home.store.durable(),
    clock: home.clock,
    newMessageId: home.secrets.messageId,
    trustOf,
    topics: () => topicIds(home),
    mostAtOnce,
    onError,
  });
}

function appOf({ home }: ServerOptions, token: string, onError: (error: unknown, requestId: string) => void): Hono {
  const app = new Hono();
  const isToken = (given: string): boolean => isSame(given, token);
  app.use('/api/*', bearer(isToken));
  app.use('/local/*', bearer(isToken));
  const api = apiRoutes({
    ports: home.ports,
    directory: home.read,
    experiments: home.experiments,
    enter: enterJourney(home.ports),
    changeConsent: changeConsent(home.ports),
    unmerge: unmergeProfile(home.ports),
    suppress: suppressAddress(home.ports),
    completeTask: completeTask(home.ports),
    countCoupons: (pool) => home.coupons.count(pool),
    fills: home.fills,
    ranks: home.ranks,
    erase: (task) => home.erase(task),
    personal: async () => home.personal,
    groups: home.groups,
    quarantine: home.quarantine,
    replay: replayQuarantined({
      ...home.ports,
      quarantine: home.quarantine,
      accept: home.accept,
      durable: () => home.store.durable(),
      onError: (quarantineId, error) => onError(error, quarantineId),
    }),
    describeSchedule: (journey) => describeSchedule({ ...home.ports, rounds: home.rounds }, journey),
    durable: () => home.store.durable(),
  });
  mount(
    app,
    [
      ...api,
      ...previewRoutes(
        { ...home.ports, fills: home.fills, groups: home.groups, rest: () => setImmediate() },
        stopwatch,
      ),
      ...homeControlRoutes(home),
      ...homePublicationRoutes(home),
      ...clockRoutes(home),
      ...importRoutes(home),
      ...pageRoutes(home, isToken),
    ],
    onError,
  );
  return app;
}

/** The last answer that a connection is owed, or was given. */
const latestAnswer = new WeakMap<Duplex, ServerResponse>();

/** What is no HTTP, or comes too slowly, gets an answer too, and then its connection is closed. */
function refuseClient(error: NodeJS.ErrnoException, socket: Duplex): void {
  const latest = latestAnswer.get(socket);
  // What came before on this connection is answered first: it may have been accepted.
  if (latest?.req.complete && !latest.writableFinished && !latest.destroyed)
    return void latest.once('finish', () => refuseClient(error, socket));
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = clientStatuses[error.code ?? ''] ?? '400 Bad Request';
  const { headers, body } = refused(400, 'http_invalid', 'This is not a request of HTTP that can be read.');
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: ${headers['content-type']}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    // A caller who never closes its own side would keep the connection, and its place in the intake.
    () => socket.destroy(),
  );
}
const clientStatuses: { readonly [code: string]: string } = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Loopback by any of its names; a page elsewhere that points its own name here is not answered. */
function isHostAllowed(host: string | undefined, more: readonly string[]): boolean {
  const name = host?.replace(/:\d+$/, '').toLowerCase();
  return name !== undefined && ['127.0.0.1', 'localhost', '[::1]', ...more].includes(name);
}
const hostForbidden = (): IntakeResponse =>
  refused(
    403,
    'host_forbidden',
    'This server does not answer under that name.',
    'host',
    'Call it as 127.0.0.1 or localhost.',
  );
