import { StoreContended, StoreUnavailable } from '../../core/failures.ts';
import type { Message } from '../../core/event/event.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Change, PersonalData, ProfileStore } from '../../core/ports.ts';
import { finishErasure } from '../../core/privacy/finish-erasure.ts';
import type { Receipt } from '../../core/privacy/erasure.ts';
import { exportedHoldings, type HoldingId } from '../../core/privacy/inventory.ts';
import { acceptEvents } from '../../functions/accept-events/accept-events.ts';
import { erasePerson } from '../../functions/erase-person/erase-person.ts';
import type { CommitFault } from '../around-ports.ts';
import { aSegment, documentsOf, startMs } from '../builders.ts';
import { CountingIds, TestDefinitions } from '../fakes.ts';

export interface OpenErasures {
  readonly store: ProfileStore;
  readonly personal: PersonalData;
  /** Everything that the store holds, as text. */
  everything(): Promise<string>;
  close(): Promise<void>;
}

const documents = documentsOf({ segments: [aSegment('bought', { did: 'Bought' })] });
export const minuteMs = 60_000;
/** Beside the rows of a store, its clock. */
export type OpenWorld = (clock: { nowMs(): number }) => Promise<OpenErasures>;

/** A world of one store, in which people are erased. */
export async function aWorld(open: OpenWorld, lost: readonly CommitFault[] = []) {
  let nowMs = startMs;
  const clock = { nowMs: () => nowMs, backOff: () => Promise.resolve() };
  const opened = await open(clock);
  let commits = 0;
  const commit = async (change: Change): Promise<'committed' | 'conflict'> => {
    const fault = lost[commits++] ?? 'none';
    if (fault === 'lost-before') throw new StoreUnavailable('lost on the way there');
    const answer = await opened.store.commit(change);
    if (fault === 'lost-after') throw new StoreUnavailable('lost on the way back');
    return answer;
  };
  const profiles = Object.assign(Object.create(opened.store) as ProfileStore, { commit });
  const { personal } = opened;
  const ids = new CountingIds();
  const ports = { profiles, definitions: new TestDefinitions(documents), clock, ids, personal };
  const again = async <T>(work: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof StoreContended || error instanceof StoreUnavailable)) throw error;
      }
    }
  };
  const accept = acceptEvents(ports);
  return {
    ...opened,
    ports,
    wait: (ms: number) => (nowMs += ms),
    send: (...messages: readonly Message[]) =>
      again(() => accept(messages.map((one) => ({ ...one, receivedMs: nowMs })))),
    owner: async (key: string) => (await opened.store.owners([key])).get(key),
    erase: async (profileId: string): Promise<Receipt> => {
      const begun = await again(() => erasePerson(ports)({ profileId, why: 'asked' }));
      nowMs += minuteMs;
      const done = await again(() => finishErasure(ports)(profileId));
      return done ?? (begun as Receipt);
    },
    exported: async (profileId: string, most = 2): Promise<ReadonlyMap<HoldingId, readonly JsonObject[]>> => {
      const loaded = (await opened.store.load(profileId))!;
      const person = { profileId, mergedIds: loaded.profile.mergedIds.map((one) => one.profileId) };
      const found = new Map<HoldingId, JsonObject[]>();
      for (const holding of exportedHoldings) {
        const rows: JsonObject[] = [];
        for (let after: string | undefined, isMore = true; isMore;) {
          const page = await personal.read(holding, person, { most, ...(after !== undefined && { after }) });
          rows.push(...page.rows);
          after = page.next;
          isMore = after !== undefined;
        }
        found.set(holding, rows);
      }
      return found;
    },
  };
}
