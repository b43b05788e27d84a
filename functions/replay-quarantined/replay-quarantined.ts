import type { EventProblem } from '../../core/event/catalogue.ts';
import type { Message } from '../../core/event/event.ts';
import type { QuarantinedEvent } from '../../core/event/quarantine.ts';
import { StoreUnavailable } from '../../core/failures.ts';
import type { Clock, DefinitionStore, Quarantine } from '../../core/ports.ts';
import { lateMs, type ItemResult } from '../../core/profile/accept.ts';

export interface ReplayPorts {
  readonly definitions: Pick<DefinitionStore, 'current'>;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly quarantine: Pick<Quarantine, 'get' | 'list' | 'remove' | 'count'>;
  readonly accept: (messages: readonly Message[]) => Promise<readonly ItemResult[]>;
  /** Answers once what was accepted cannot be lost. */
  readonly durable: () => Promise<void>;
  /** Told of each event that the door refused. */
  readonly onError: (quarantineId: string, error: unknown) => void;
}
/** Which events are meant: some by their ids, else the oldest of a name, or of all. */
export interface ReplayTask {
  readonly ids?: readonly string[];
  readonly name?: string;
  readonly code?: string;
  /** Where the call before it ended. */
  readonly cursor?: string;
  readonly most: number;
}
/**
 * What became of one event: it came in, it had come in before, whom it is about was erased, it is still wrong, or the door
 * refused it. The last two stay.
 */
export type ReplayOutcome = 'replayed' | 'duplicate' | 'erased' | 'wrong' | 'refused';
export interface ReplayAnswer {
  readonly items: readonly {
    readonly quarantineId: string;
    readonly outcome: ReplayOutcome;
    /** Of one that is still wrong: what, as of now. */
    readonly problems?: readonly EventProblem[];
  }[];
  /** Where the next call goes on; absent when all that are meant were looked at. */
  readonly next?: string;
  /** How many of the name, or of all, are still set aside. */
  readonly left: number;
}
type Replayed = ReplayAnswer['items'][number];

/**
 * Lets events that were set aside in by the same door as all others, with their own times and ids, the oldest first. An
 * event is taken away only after it cannot be lost; whatever dies in between, the next replay finds it a duplicate.
 */
export const replayQuarantined =
  (ports: ReplayPorts) =>
  async ({ ids, name, code, cursor, most }: ReplayTask): Promise<ReplayAnswer> => {
    const { rows, cursor: next } = ids
      ? { rows: await ports.quarantine.get(ids), cursor: undefined }
      : await ports.quarantine.list({
          order: 'oldest',
          most,
          ...(name !== undefined && { name }),
          ...(cursor !== undefined && { after: cursor }),
        });
    const meant = rows.filter(({ problems }) => code === undefined || problems.some((one) => one.code === code));
    const items: Replayed[] = [];
    for (const row of meant) items.push(await replay(ports, row));
    await ports.durable();
    const isOver = ({ outcome }: Replayed): boolean => outcome !== 'wrong' && outcome !== 'refused';
    await ports.quarantine.remove(items.filter(isOver).map(({ quarantineId }) => quarantineId));
    return { items, ...(next !== undefined && { next }), left: await ports.quarantine.count(name) };
  };

async function replay(ports: ReplayPorts, { quarantineId, message }: QuarantinedEvent): Promise<Replayed> {
  const judgement = (await ports.definitions.current()).catalogue?.(message);
  if (judgement?.mode === 'quarantine') return { quarantineId, outcome: 'wrong', problems: judgement.problems };
  // By its age now: what was a day ago changes facts, and lets nobody enter a journey.
  const isOld = ports.clock.nowMs() - message.occurredMs > lateMs;
  try {
    const [result] = await ports.accept([isOld ? { ...message, isSilent: true } : message]);
    const { status } = result!;
    return { quarantineId, outcome: status === 'accepted' ? 'replayed' : status };
  } catch (error) {
    // Of a store that does not answer nothing can be told of those that follow either.
    if (error instanceof StoreUnavailable) throw error;
    ports.onError(quarantineId, error);
    return { quarantineId, outcome: 'refused' };
  }
}
