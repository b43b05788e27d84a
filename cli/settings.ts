import { InvalidArgumentError } from 'commander';
import { parseInstant } from '../core/time/instant.ts';
import type { ClockKind } from '../local/clock.ts';

/** A variable that is set to nothing is not set: an empty key would let everybody in. */
const given = (name: string): string | undefined => process.env[name] || undefined;

/** Exit codes of all commands. */
export const exitCodes = { ok: 0, problems: 1, couldNotRun: 2 } as const;

/** Settings that come from the environment where no option is given. */
export const settings = {
  port: portOf(given('PORT') ?? '4000'),
  data: given('SOJOURN_DATA') ?? '.sojourn',
  workflows: given('SOJOURN_WORKFLOWS') ?? 'workflows',
  clock: clockOf(given('SOJOURN_CLOCK')),
  writeKey: given('SOJOURN_WRITE_KEY'),
  publicKey: given('SOJOURN_PUBLIC_KEY'),
  token: given('SOJOURN_TOKEN'),
  smtpUrl: given('SOJOURN_SMTP_URL'),
  /** What calls to other systems are signed with. */
  webhookSecret: given('SOJOURN_WEBHOOK_SECRET'),
  /** Under which people reach this home; links in messages begin with it. */
  url: urlOf(given('SOJOURN_URL')),
};

export function readPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
  return port;
}
export function readInstant(text: string): number {
  const ms = parseInstant(text);
  if (ms === undefined) throw new InvalidArgumentError('Write an instant with a zone, such as 2026-11-21T10:00:00Z.');
  return ms;
}
export function readClock(text: string): ClockKind {
  if (text !== 'real' && text !== 'manual' && text !== 'fast')
    throw new InvalidArgumentError('A clock is real, manual or fast.');
  return text;
}
export function readSpeed(text: string): number {
  const speed = Number(text);
  if (!(speed > 0)) throw new InvalidArgumentError('A speed is a number above 0.');
  return speed;
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  return giveUp(`PORT is "${text}"; a port is a whole number from 0 to 65535.`);
}
function clockOf(text: string | undefined): ClockKind | undefined {
  if (text === undefined || text === 'real' || text === 'manual' || text === 'fast') return text;
  return giveUp(`SOJOURN_CLOCK is "${text}"; a clock is real, manual or fast.`);
}
function urlOf(text: string | undefined): string | undefined {
  if (text === undefined || (URL.canParse(text) && /^https?:/.test(text))) return text?.replace(/\/+$/, '');
  return giveUp(`SOJOURN_URL is "${text}"; write it like https://journeys.example.com.`);
}

/** Ends the command with a sentence: something it needs is not there. */
export function giveUp(message: string): never {
  process.stderr.write(`sojourn: ${message}\n`);
  process.exit(exitCodes.couldNotRun);
}
