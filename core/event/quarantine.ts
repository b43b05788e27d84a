import { idOf } from '../hash.ts';
import type { IdentityKey } from '../ports.ts';
import { claimsOf } from '../profile/identity.ts';
import { identityKey } from '../profile/identity-key.ts';
import type { IdentityRules } from '../profile/identity-rules.ts';
import { dayMs } from '../time/civil.ts';
import type { EventProblem, Judgement } from './catalogue.ts';
import type { Message } from './event.ts';

/** Events that were set aside are kept so long, and so are the counts of what was wrong with any. */
export const quarantineDays = 30;
export const quarantineMs = quarantineDays * dayMs;

/** An event that was set aside whole: nothing of it has changed anything. */
export interface QuarantinedEvent {
  readonly quarantineId: string;
  readonly message: Message;
  readonly problems: readonly EventProblem[];
  /** When it was set aside, and from when on it is as if it had never come. */
  readonly atMs: number;
  readonly expiresMs: number;
  /** Keyed hashes of all that says whom it is about, as tombstones have them: by these erasure finds it. */
  readonly identityHashes: readonly string[];
}

/** How often something was wrong with the events of a name. */
export interface ProblemCount extends Pick<EventProblem, 'code' | 'path'> {
  readonly name: string;
  readonly mode: Judgement['mode'];
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
}
/** Occurrences to be added to a count. */
export type ProblemNote = Omit<ProblemCount, 'firstMs' | 'lastMs'> & { readonly atMs: number };

/**
 * Sets a message aside. The same message always has the same id, and two of different people never, also where their
 * senders gave them one messageId.
 */
export function setAside(
  message: Message,
  { problems }: Judgement,
  around: { readonly nowMs: number; readonly rules: IdentityRules; readonly hashOf: (key: IdentityKey) => string },
): QuarantinedEvent {
  const { messageId, userId = '', anonymousId = '' } = message;
  const keys = claimsOf(message, around.rules).map(({ kind, value }) => identityKey(kind, value));
  return {
    quarantineId: `q_${idOf('quarantine', messageId, userId, anonymousId)}`,
    message,
    problems,
    atMs: around.nowMs,
    expiresMs: around.nowMs + quarantineMs,
    identityHashes: [...new Set(keys.map(around.hashOf))],
  };
}

/** What is to be counted of events that had something wrong with them, each sort once. */
export function notesOf(
  wrong: readonly { readonly message: Message; readonly judgement: Judgement }[],
  atMs: number,
): readonly ProblemNote[] {
  const notes = new Map<string, ProblemNote>();
  for (const { message, judgement } of wrong)
    for (const { code, path } of judgement.problems) {
      const key = [message.name, judgement.mode, code, path].join('\u0000');
      const count = (notes.get(key)?.count ?? 0) + 1;
      notes.set(key, { name: message.name, mode: judgement.mode, code, path, count, atMs });
    }
  return [...notes.values()];
}
