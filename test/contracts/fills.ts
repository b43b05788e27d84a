import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FillProgress, Fills, ProfileStore } from '../../core/ports.ts';
import { newProfile } from '../../core/profile/profile.ts';

/** Stores of a home in which nobody is yet. */
export interface OpenFills {
  readonly fills: Fills;
  readonly profiles: ProfileStore;
  readonly close: () => Promise<void>;
}

const progress: FillProgress = { number: 3, part: 0, startedMs: 1, movedMs: 2, isDone: false, people: 7, cursor: 'p7' };

/** What filling people asks of a store, on whatever it runs. */
export function fillsContract(name: string, open: () => Promise<OpenFills>): void {
  describe(`people to be filled on ${name}`, () => {
    let opened: OpenFills;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    async function everybody(most: number): Promise<readonly string[]> {
      const { fills } = opened;
      const found: string[] = [];
      for (let part = 0; part < fills.parts; part++)
        for (let after: string | undefined, isMore = true; isMore;) {
          const page = await fills.people(part, after, most);
          found.push(...page.profileIds);
          after = page.cursor;
          isMore = after !== undefined;
        }
      return found.toSorted();
    }

    it.each([1, 3, 1_000])('are everybody, each once, in pages of about %i', async (most) => {
      const ids = Array.from({ length: 25 }, (_, index) => `p_${String(index).padStart(3, '0')}`);
      for (const profileId of ids) {
        const profile = newProfile(profileId, 0);
        const event = {
          ...{
            profileId,
            eventId: `e_${profileId}`,
            type: 'track' as const,
            name: 'Viewed',
            properties: {},
            context: {},
          },
          ...{ occurredMs: 1, receivedMs: 1, attemptId: profileId },
        } as const;
        await opened.profiles.commit({
          attemptId: profileId,
          profiles: [{ expectedVersion: 0, profile }],
          events: [event],
        });
      }
      expect(await everybody(most)).toEqual(ids);
    });

    it('are nobody where nobody is', async () => {
      expect(await everybody(10)).toEqual([]);
    });

    it('have come as far as it was last written, part by part, for each number', async () => {
      const { fills } = opened;
      expect(await fills.progress(3)).toEqual([]);
      await fills.advance(progress);
      const { cursor: _, ...over } = { ...progress, isDone: true, people: 9 };
      await fills.advance(over);
      await fills.advance({ ...progress, number: 4 });
      expect(await fills.progress(3)).toEqual([over]);
      expect(await fills.progress(4)).toEqual([{ ...progress, number: 4 }]);
    });
  });
}
