import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventProblem } from '../../core/event/catalogue.ts';
import { quarantineMs, setAside, type QuarantinedEvent } from '../../core/event/quarantine.ts';
import type { Message } from '../../core/event/event.ts';
import type { PersonalData, ProfileStore, Quarantine, QuarantineQuery } from '../../core/ports.ts';
import { tombstoneOf } from '../../core/privacy/erasure.ts';
import { identityRules } from '../../core/profile/identity-rules.ts';
import { acceptEvents } from '../../functions/accept-events/accept-events.ts';
import { anIdentify, aTrack, documentsOf, startMs } from '../builders.ts';
import { CountingIds, TestDefinitions } from '../fakes.ts';

/** A quarantine in which nothing is yet, and the clock that it goes by. */
export interface OpenQuarantine {
  readonly quarantine: Quarantine;
  readonly store: ProfileStore;
  readonly personal: Pick<PersonalData, 'read' | 'erase'>;
  readonly clock: { ms: number };
  readonly close: () => Promise<void>;
}

const problem: EventProblem = { code: 'property_missing', path: 'properties.total', message: 'It must be there.' };
const ids = new CountingIds();
const hashOf = (key: string): string => ids.tombstone(tombstoneOf.identity(key));
const aside = (message: Message, nowMs = startMs): QuarantinedEvent =>
  setAside(message, { mode: 'quarantine', problems: [problem] }, { nowMs, rules: identityRules(), hashOf });

/** What setting events aside asks of a store, on whatever it runs. */
export function quarantineContract(name: string, open: () => Promise<OpenQuarantine>): void {
  describe(`events set aside on ${name}`, () => {
    let opened: OpenQuarantine;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    async function walk(query: Omit<QuarantineQuery, 'after'>): Promise<readonly string[]> {
      const found: string[] = [];
      for (let after: string | undefined, isMore = true; isMore;) {
        const { rows, cursor } = await opened.quarantine.list({ ...query, ...(after !== undefined && { after }) });
        found.push(...rows.map(({ quarantineId }) => quarantineId));
        after = cursor;
        isMore = after !== undefined;
      }
      return found;
    }

    it('come out whole, as they came first', async () => {
      const { quarantine } = opened;
      const message = aTrack('Order Completed', { note: 'žß', nested: { list: [1, null] } }, { note: 'clock_skew' });
      const row = aside(message);
      expect(await quarantine.put([row])).toEqual([row.quarantineId]);
      expect(await quarantine.put([{ ...row, atMs: startMs + 5, message: { ...message, properties: {} } }])).toEqual(
        [],
      );
      expect(await quarantine.get(['q_nobody', row.quarantineId])).toEqual([row]);
      expect(await quarantine.count()).toBe(1);
    });

    it('are as many as came, where two people’s senders gave them one messageId', async () => {
      const { quarantine } = opened;
      const rows = ['ana', 'ben'].map((userId) => aside(aTrack('Paid', {}, { messageId: 'm1', userId })));
      expect(await quarantine.put(rows)).toHaveLength(2);
      expect(await quarantine.get(rows.map(({ quarantineId }) => quarantineId))).toEqual(rows);
    });

    it.each([1, 4, 100])('are walked both ways, all and those of one name, %i at a time', async (most) => {
      const { quarantine } = opened;
      const rows = Array.from({ length: 21 }, (_, index) =>
        // Several at one instant, so that an id decides.
        aside(
          aTrack(index % 3 === 0 ? 'Paid' : 'Viewed', {}, { userId: `u${index}` }),
          startMs + Math.floor(index / 4),
        ),
      );
      await quarantine.put(rows);
      const inOrder = rows
        .toSorted((a, b) => a.atMs - b.atMs || (a.quarantineId < b.quarantineId ? -1 : 1))
        .map(({ quarantineId, message }) => ({ quarantineId, name: message.name }));
      const ids = inOrder.map(({ quarantineId }) => quarantineId);
      const paid = inOrder.filter((one) => one.name === 'Paid').map(({ quarantineId }) => quarantineId);
      expect(await walk({ order: 'oldest', most })).toEqual(ids);
      expect(await walk({ order: 'newest', most })).toEqual(ids.toReversed());
      expect(await walk({ order: 'oldest', most, name: 'Paid' })).toEqual(paid);
      expect(await walk({ order: 'newest', most, name: 'Paid' })).toEqual(paid.toReversed());
      expect(await walk({ order: 'newest', most, name: 'Pai' })).toEqual([]);
      expect([await quarantine.count(), await quarantine.count('Paid')]).toEqual([21, 7]);
    });

    it('are found by whatever names the person, and are gone with all that pointed at them', async () => {
      const { quarantine } = opened;
      const context = { traits: { email: 'Ana@Example.com ' }, externalIds: [{ type: 'crm', id: '7' }] };
      const both = aside(aTrack('Paid', {}, { userId: 'ana', anonymousId: 'a1', context }));
      const other = aside(aTrack('Paid', {}, { userId: 'ben', anonymousId: 'a1' }));
      await quarantine.put([both, other]);
      const found = (...keys: readonly string[]): Promise<readonly string[]> =>
        quarantine.ofIdentities(keys.map(hashOf));
      for (const key of ['userId:ana', 'email:ana@example.com', 'crm:7'])
        expect(await found(key), key).toEqual([both.quarantineId]);
      expect((await found('anonymousId:a1', 'userId:ben')).toSorted()).toEqual(
        [both.quarantineId, other.quarantineId].toSorted(),
      );
      expect(await found('userId:carl', 'userId:a1')).toEqual([]);
      await quarantine.remove([both.quarantineId, 'q_nobody']);
      expect(await quarantine.get([both.quarantineId])).toEqual([]);
      expect(await found('userId:ana', 'anonymousId:a1')).toEqual([other.quarantineId]);
      expect(await walk({ order: 'oldest', most: 10 })).toEqual([other.quarantineId]);
      expect(await walk({ order: 'oldest', most: 10, name: 'Paid' })).toEqual([other.quarantineId]);
    });

    it('are exported and erased with the person whom they name, and with nobody else', async () => {
      const { quarantine, store, personal } = opened;
      const clock = { nowMs: () => startMs, backOff: () => Promise.resolve() };
      const ports = { profiles: store, definitions: new TestDefinitions(documentsOf()), clock, ids };
      const people = ['ana', 'ben'].map((name) => anIdentify({ email: `${name}@example.com` }, { userId: name }));
      await acceptEvents(ports)(people);
      const context = { traits: { email: 'ana@example.com' } };
      const [byId, byMail, other] = [
        aside(aTrack('Paid', {}, { userId: 'ana' })),
        aside(aTrack('Paid', {}, { anonymousId: 'a9', context })),
        aside(aTrack('Paid', {}, { userId: 'ben' })),
      ];
      await quarantine.put([byId, byMail, other]);
      const profileId = (await store.owners(['userId:ana'])).get('userId:ana')!;
      const person = { profileId, mergedIds: [] };
      const { rows } = await personal.read('quarantined', person, { most: 10 });
      expect(rows).toHaveLength(2);
      expect(rows).toEqual(expect.arrayContaining([byId, byMail]));
      expect(await personal.erase('quarantined', person, startMs)).toBe(2);
      expect(await personal.erase('quarantined', person, startMs)).toBe(0);
      expect(await walk({ order: 'oldest', most: 10 })).toEqual([other.quarantineId]);
    });

    it('are whose the strongest identifier says that finds anybody', async () => {
      const { quarantine, store, personal } = opened;
      const clock = { nowMs: () => startMs, backOff: () => Promise.resolve() };
      const ports = { profiles: store, definitions: new TestDefinitions(documentsOf()), clock, ids };
      const said = { userId: 'mallory', trust: 'public' } as const;
      await acceptEvents(ports)([
        anIdentify({ email: 'ana@example.com' }, { userId: 'ana', anonymousId: 'shared' }),
        anIdentify({}, { userId: 'ben' }),
        anIdentify({ email: 'ben@example.com' }, said),
      ]);
      const context = { traits: { email: 'ana@example.com' } };
      const own = Array.from({ length: 5 }, () => aside(aTrack('Paid', {}, { anonymousId: 'shared' })));
      const bens = aside(aTrack('Paid', {}, { userId: 'ben', anonymousId: 'shared', context }));
      const carls = aside(aTrack('Paid', {}, { userId: 'carl', anonymousId: 'shared' }));
      const nobodys = aside(aTrack('Paid', {}, { anonymousId: 'a7', context, trust: 'public' }));
      const byMail = aside(
        aTrack('Paid', {}, { anonymousId: 'a8', context: { traits: { email: 'ben@example.com' } }, trust: 'public' }),
      );
      await quarantine.put([...own, bens, carls, nobodys, byMail]);
      const idsOf = (rows: readonly unknown[]): readonly string[] =>
        (rows as readonly QuarantinedEvent[]).map(({ quarantineId }) => quarantineId);
      const personOf = async (userId: string): Promise<{ profileId: string; mergedIds: [] }> => {
        const owner = (await store.owners([`userId:${userId}`])).get(`userId:${userId}`)!;
        return { profileId: owner, mergedIds: [] };
      };
      const exported = async (userId: string, most: number): Promise<readonly string[]> => {
        const found: string[] = [];
        for (let after: string | undefined, isMore = true; isMore;) {
          const page = { most, ...(after !== undefined && { after }) };
          const { rows, next } = await personal.read('quarantined', await personOf(userId), page);
          expect(rows.length).toBeLessThanOrEqual(most);
          found.push(...idsOf(rows));
          after = next;
          isMore = after !== undefined;
        }
        return found;
      };
      for (const most of [1, 2, 100]) expect(await exported('ana', most)).toEqual(idsOf(own).toSorted());
      expect(await exported('ben', 10)).toEqual([bens.quarantineId]);
      expect(await exported('mallory', 10)).toEqual([]);
      expect(await personal.erase('quarantined', await personOf('mallory'), startMs)).toBe(0);
      // What is nobody's names her all the same, and so does what is said of one who is not known.
      expect(await personal.erase('quarantined', await personOf('ana'), startMs)).toBe(7);
      expect(await personal.erase('quarantined', await personOf('ana'), startMs)).toBe(0);
      expect((await walk({ order: 'oldest', most: 10 })).toSorted()).toEqual(idsOf([bens, byMail]).toSorted());
      // Sent again, they are known.
      const messageHash = (one: QuarantinedEvent): string => ids.tombstone(tombstoneOf.message(one.message.messageId));
      const swept = [...own, carls, nobodys].map(messageHash);
      expect(await store.tombstones([...swept, messageHash(bens)])).toEqual(
        new Map(swept.map((hash) => [hash, startMs])),
      );
    });

    it('expire after 30 days, and may come again then', async () => {
      const { quarantine, clock } = opened;
      const row = aside(aTrack('Paid', {}));
      await quarantine.put([row]);
      clock.ms = startMs + 30 * 86_400_000 - 1_000;
      expect(await quarantine.get([row.quarantineId])).toEqual([row]);
      clock.ms += 2_000;
      expect(await quarantine.get([row.quarantineId])).toEqual([]);
      expect(await walk({ order: 'newest', most: 10 })).toEqual([]);
      const later = { ...row, atMs: clock.ms, expiresMs: clock.ms + quarantineMs };
      expect(await quarantine.put([later])).toEqual([row.quarantineId]);
      expect(await quarantine.get([row.quarantineId])).toEqual([later]);
    });

    it('take one writer of several at once, and lose none', async () => {
      const { quarantine } = opened;
      const rows = Array.from({ length: 4 }, (_, index) => aside(anIdentify({}, { userId: `u${index}` })));
      const added = await Promise.all([1, 2, 3].map(() => quarantine.put(rows)));
      expect(added.flat().toSorted()).toEqual(rows.map(({ quarantineId }) => quarantineId).toSorted());
    });

    it('are counted by name, mode, problem and path, for as long as they go on', async () => {
      const { quarantine, clock } = opened;
      const note = { name: 'Paid', mode: 'warn', code: 'property_missing', path: 'properties.total' } as const;
      await quarantine.note([{ ...note, count: 2, atMs: startMs }]);
      await quarantine.note([
        { ...note, count: 3, atMs: startMs + 60_000 },
        { ...note, mode: 'quarantine', count: 1, atMs: startMs + 60_000 },
        { ...note, name: 'Viewed', path: 'properties.a', code: 'property_type', count: 1, atMs: startMs - 1 },
      ]);
      const paid = { ...note, count: 5, firstMs: startMs, lastMs: startMs + 60_000 };
      const other = { ...note, name: 'Viewed', path: 'properties.a', code: 'property_type' } as const;
      const noted = await quarantine.noted();
      expect(noted).toHaveLength(3);
      expect(noted).toEqual(
        expect.arrayContaining([
          paid,
          { ...paid, mode: 'quarantine', count: 1, firstMs: startMs + 60_000 },
          { ...other, count: 1, firstMs: startMs - 1, lastMs: startMs - 1 },
        ]),
      );
      expect(noted.at(-1)!.name).toBe('Viewed');
      clock.ms = startMs + quarantineMs;
      expect((await quarantine.noted()).map(({ name }) => name)).toEqual(['Paid', 'Paid']);
    });
  });
}
