import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

// Runs one bundled function as Lambda would: its asset and its environment come from the template. Only time is ours.
const RealDate = Date;
let nowMs = RealDate.now();
globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [nowMs] : given));
  }
  static now() {
    return nowMs;
  }
};

// Nobody else is in the way here: whoever waits before trying again waits a random time, of which a tenth is enough, and
// others have heard of a pause at once. Limits of time are round numbers, and stay.
const heededMs = 10_000;
let called = '';
function hastened(ms) {
  if (called === 'control-journeys' && ms === heededMs) return 0;
  return ms === undefined || ms % 100 === 0 ? ms : ms / 10;
}
const { setTimeout: later } = globalThis;
globalThis.setTimeout = (run, ms, ...given) => later(run, hastened(ms), ...given);
const { setTimeout: pass } = timers;
timers.setTimeout = (ms, ...given) => pass(hastened(ms), ...given);

// Hosts of webhooks are outside, where nothing of a test goes: one on loopback answers for all of them, as if by TLS.
const agent = new http.Agent({ keepAlive: false });
https.request = (url, { method, headers }, hear) =>
  http
    .request(`${process.env.SOJOURN_TEST_OUTSIDE}${url.pathname}`, { method, headers, agent }, hear)
    .once('socket', (socket) => socket.once('connect', () => socket.emit('secureConnect')));
syncBuiltinESMExports();

const { handler } = await import(process.argv[2]);
process.send({ ready: true });
process.on('message', async ({ id, event, atMs, functionName }) => {
  nowMs = atMs;
  called = functionName;
  const before = process.cpuUsage();
  const answered = (told) => {
    const { user, system } = process.cpuUsage(before);
    process.send({ id, cpuMs: (user + system) / 1_000, ...told });
  };
  const context = {
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: process.env.SOJOURN_TEST_ARN,
    awsRequestId: `request-${id}`,
    memoryLimitInMB: '512',
    getRemainingTimeInMillis: () => Number(process.env.SOJOURN_TEST_TIMEOUT_MS),
  };
  try {
    const answer = await handler(event, context);
    // Through JSON, as an answer of Lambda goes.
    answered({ answer: answer === undefined ? null : JSON.parse(JSON.stringify(answer)) });
  } catch (error) {
    answered({
      error: { name: error?.name ?? 'Error', message: error?.message ?? String(error), stack: error?.stack },
    });
  }
});
