import { isObject } from '../core/json.ts';
import type { Problem } from '../core/problem.ts';
import type { ClockKind } from '../local/clock.ts';
import { holderOf } from '../local/lock.ts';
import { giveUp } from './settings.ts';
import { listen, openHome } from './start.ts';

/** A home that answers: the one that is running on the data folder, else one opened for this command alone. */
export interface Connection {
  get(path: string): Promise<unknown>;
  post(path: string, body: string): Promise<unknown>;
  delete(path: string): Promise<unknown>;
  close(): Promise<void>;
}

/** An answer that is no success: its sentence, and with documents that are refused their problems. */
export class AnswerRefused extends Error {
  readonly status: number;
  readonly problems: readonly Problem[];
  constructor(status: number, body: unknown) {
    const { error, problems } = isObject(body) ? body : {};
    const { message, suggestion } = isObject(error) ? error : {};
    super([message, suggestion].filter((part) => typeof part === 'string').join(' '));
    this.status = status;
    this.problems = Array.isArray(problems) ? (problems as readonly Problem[]) : [];
  }
}

/** How to open the home where none is running. */
export interface OpenOptions {
  readonly data: string;
  readonly workflows: string;
  readonly clock?: ClockKind;
  readonly now?: number;
}

/** Finds or opens the home of a data folder. */
export async function connect(options: OpenOptions): Promise<Connection> {
  const holder = holderOf(options.data);
  if (holder) {
    if (holder.url === undefined || holder.token === undefined)
      giveUp(`The data folder ${options.data} is in use by process ${holder.pid}, which does not listen yet.`);
    return speaking(holder.url, holder.token, async () => undefined);
  }
  // Without a clock of its own the command only looks on, or imports in silence: nothing that is due may happen meanwhile.
  const home = await openHome({ ...options, isFrozen: options.clock === undefined, port: 0 });
  const server = await listen(home, 0);
  return speaking(server.url, server.token, async () => {
    await server.close();
    await home.close();
  });
}

function speaking(url: string, token: string, close: () => Promise<void>): Connection {
  const ask = async (path: string, init: RequestInit): Promise<unknown> => {
    const response = await fetch(`${url}${path}`, { ...init, headers: { authorization: `Bearer ${token}` } });
    const body: unknown = await response.json();
    if (response.ok) return body;
    throw new AnswerRefused(response.status, body);
  };
  return {
    get: (path) => ask(path, { method: 'GET' }),
    post: (path, body) => ask(path, { method: 'POST', body }),
    delete: (path) => ask(path, { method: 'DELETE' }),
    close,
  };
}
