import { beforeEach, afterEach, describe, expect, it } from 'vitest';
import type { Message } from '../../core/event/event.ts';
import { erasePerson } from '../../functions/erase-person/erase-person.ts';
import { anIdentify, aTrack, dayMs, startMs } from '../builders.ts';
import { aWorld, minuteMs, type OpenWorld } from './erasure-world.ts';

const email = 'canary.mail@example.com';
const token = 'canary-token';
const device = { token, type: 'ios' };
const ana = { userId: 'canary-ana', anonymousId: 'canary-browser' };

/** Whose a name is after an erasure, and what follows of it, on whatever a store runs. */
export function erasedNamesContract(name: string, open: OpenWorld): void {
  describe(`names of people who were erased on ${name}`, () => {
    let world: Awaited<ReturnType<typeof aWorld>>;
    beforeEach(async () => {
      world = await aWorld(open);
    });
    afterEach(() => world.close());

    const statuses = async (...messages: readonly Message[]): Promise<readonly string[]> =>
      (await world.send(...messages)).map(({ status }) => status);
    const idOf = async (key: string): Promise<string> => (await world.owner(key))!;
    /** Erases Ana, who is known by all of her names, and lets a day go by. */
    const eraseAna = async (): Promise<void> => {
      await world.send(anIdentify({ email }, ana));
      await world.erase(await idOf(`userId:${ana.userId}`));
      world.wait(dayMs);
    };
    const isSuppressed = async (address: string): Promise<boolean> => {
      const addressHash = world.ports.ids.addressHash('email', address);
      return (await world.store.suppressions([{ channel: 'email', addressHash }])).length > 0;
    };
    const traitsOf = async (userId: string): Promise<Readonly<Record<string, unknown>>> => {
      const { traits } = (await world.store.load(await idOf(`userId:${userId}`)))!.profile;
      return Object.fromEntries(Object.entries(traits).map(([key, { value }]) => [key, value]));
    };

    it('are not those that anybody may say under a public key', async () => {
      await world.send(anIdentify({ email }, { userId: 'mallory', trust: 'public' }));
      const receipt = await world.erase(await idOf('userId:mallory'));
      expect(receipt).toMatchObject({ status: 'done', suppressed: 0, tombstones: 1 });
      expect(await isSuppressed(email)).toBe(false);
      expect(await world.everything()).not.toContain(email);
      expect(await statuses(anIdentify({ email }, { userId: 'carol', occurredMs: startMs }))).toEqual(['accepted']);
      expect(await world.owner(`email:${email}`)).toBe(await idOf('userId:carol'));
    });

    it('are written to where somebody else living gave them too', async () => {
      await world.send(anIdentify({ email }, { userId: 'first' }));
      await world.send(anIdentify({ email }, { userId: 'second' }));
      const receipt = await world.erase(await idOf('userId:first'));
      expect(receipt).toMatchObject({ status: 'done', suppressed: 0, tombstones: 2 });
      expect(await isSuppressed(email)).toBe(false);
      const again = await world.erase(await idOf('userId:second'));
      expect(again).toMatchObject({ status: 'done', suppressed: 1, tombstones: 2 });
      expect(await isSuppressed(email)).toBe(true);
      expect(await world.everything()).not.toContain(email);
    });

    it('go out of a message of the time before, whose strongest name is of somebody living', async () => {
      await world.send(anIdentify({}, { userId: 'bob' }));
      await eraseAna();
      const before = { userId: 'bob', anonymousId: ana.anonymousId, occurredMs: startMs };
      const context = { device: { token: 'own-token', type: 'ios' }, traits: { email, city: 'Riga' } };
      expect(await statuses(anIdentify({ email, note: 'kept' }, { ...before, context }))).toEqual(['accepted']);
      expect(await traitsOf('bob')).toEqual({ note: 'kept' });
      expect(await world.owner(`email:${email}`)).toBeUndefined();
      expect(await world.owner(`anonymousId:${ana.anonymousId}`)).toBeUndefined();
      const left = await world.everything();
      for (const value of [email, ana.anonymousId]) expect(left.includes(value), value).toBe(false);
      for (const value of ['own-token', 'Riga']) expect(left.includes(value), value).toBe(true);
      // The other way round it is hers, and nothing is kept of it.
      const hers = aTrack('Late', {}, { userId: ana.userId, anonymousId: 'bobs', occurredMs: startMs });
      expect(await statuses(hers)).toEqual(['erased']);
    });

    it('go out of messages of the living while the erasure is under way', async () => {
      await world.send(anIdentify({}, { userId: 'bob' }));
      await world.send(anIdentify({ email }, ana));
      const profileId = await idOf(`userId:${ana.userId}`);
      await erasePerson(world.ports)({ profileId });
      const both = aTrack('Both', {}, { userId: 'bob', anonymousId: ana.anonymousId });
      expect(await statuses(both, aTrack('Hers', {}, { anonymousId: ana.anonymousId }))).toEqual([
        'accepted',
        'erased',
      ]);
      const names = (await world.store.history([await idOf('userId:bob')])).map((event) => event.name);
      expect(names).toContain('Both');
      expect((await world.erase(profileId)).status).toBe('done');
      expect(await world.everything()).not.toContain(ana.anonymousId);
    });

    it('are known under a public key also while the erasure is under way', async () => {
      await world.send(anIdentify({ email }, ana));
      const profileId = await idOf(`userId:${ana.userId}`);
      await erasePerson(world.ports)({ profileId });
      const phone = { anonymousId: 'canary-phone', trust: 'public' } as const;
      expect(await statuses(anIdentify({ email }, phone), aTrack('Opened', {}, phone))).toEqual(['erased', 'erased']);
      await world.erase(profileId);
      const left = await world.everything();
      for (const value of [email, phone.anonymousId]) expect(left.includes(value), value).toBe(false);
    });

    it.each([
      ['an address', { traits: { email } }],
      ['the token of a device', { context: { device } }],
    ])('are known by %s also under a public key, with whatever is named beside it', async (_, named) => {
      await world.send(anIdentify({ email }, { ...ana, context: { device } }));
      await world.erase(await idOf(`userId:${ana.userId}`));
      world.wait(dayMs);
      const phone = { anonymousId: 'canary-phone', trust: 'public', occurredMs: startMs } as const;
      const other = { token: 'canary-other-token', type: 'ios' };
      const late = [
        // Of the same phone, and by itself nobody's.
        aTrack('Opened', {}, { ...phone, context: { device: other } }),
        anIdentify({}, { ...phone, ...named }),
      ];
      expect(await statuses(...late)).toEqual(['erased', 'erased']);
      expect(await statuses(aTrack('Closed', {}, phone))).toEqual(['erased']);
      const byDevice = { anonymousId: 'canary-tablet', trust: 'public', occurredMs: startMs } as const;
      expect(await statuses(aTrack('Opened', {}, { ...byDevice, context: { device: other } }))).toEqual(['erased']);
      const left = await world.everything();
      for (const value of ['canary-phone', 'canary-other-token', 'canary-tablet', email])
        expect(left.includes(value), value).toBe(false);
      // From now on it is somebody new.
      const nowMs = world.ports.clock.nowMs();
      expect(await statuses(aTrack('Opened', {}, { ...phone, occurredMs: nowMs }))).toEqual(['accepted']);
      expect(await statuses(aTrack('Closed', {}, phone))).toEqual(['erased']);
    });

    it('give nobody away who has a name of the living', async () => {
      await world.send(aTrack('Viewed', {}, { anonymousId: 'bobs', trust: 'public' }));
      await eraseAna();
      const late = { ...ana, anonymousId: 'bobs', occurredMs: startMs };
      expect(await statuses(aTrack('Late', {}, late))).toEqual(['erased']);
      expect(await statuses(aTrack('Viewed', {}, { anonymousId: 'bobs', occurredMs: startMs }))).toEqual(['accepted']);
      // Under a public key a device finds nobody, and may be somebody's all the same.
      await world.send(anIdentify({}, { userId: 'bob', context: { device } }));
      const under = { trust: 'public', occurredMs: startMs, context: { device } } as const;
      expect(await statuses(aTrack('Late', {}, { ...under, userId: ana.userId }))).toEqual(['erased']);
      expect(await statuses(aTrack('Viewed', {}, { ...under, anonymousId: 'new' }))).toEqual(['accepted']);
    });

    it('are taken over by no alias, and bring nothing back', async () => {
      const old = aTrack('Bought', {}, ana);
      await world.send(old);
      // Somebody made of several: their events keep how they were named.
      await world.send(aTrack('', {}, { anonymousId: 'x1' }), anIdentify({}, { userId: 'anew', anonymousId: 'x2' }));
      await world.send(anIdentify({}, { userId: 'anew', anonymousId: 'x1' }));
      const before = (await world.store.history([await idOf('userId:anew')])).length;
      await eraseAna();
      const nowMs = world.ports.clock.nowMs();
      const alias = { type: 'alias', userId: 'anew', previousId: ana.userId } as const;
      expect(await statuses(aTrack('', {}, { ...alias, userId: 'unheard-of', occurredMs: startMs }))).toEqual([
        'erased',
      ]);
      expect(await statuses(aTrack('', {}, { ...alias, occurredMs: nowMs }))).toEqual(['accepted']);
      expect(await world.owner(`userId:${ana.userId}`)).toBeUndefined();
      expect(await world.everything()).not.toContain(ana.userId);
      expect(await statuses(aTrack('Late', {}, { userId: ana.userId, occurredMs: startMs }))).toEqual(['erased']);
      expect(await statuses({ ...old, anonymousId: 'anew', occurredMs: nowMs + 1 })).toEqual(['erased']);
      expect(await world.store.history([await idOf('userId:anew')])).toHaveLength(before + 1);
    });

    it('are taken over by no alias either that names somebody living by the same id', async () => {
      await eraseAna();
      // As some shops do: the id of a browser is that of a user.
      await world.send(aTrack('Viewed', {}, { anonymousId: ana.userId, occurredMs: world.ports.clock.nowMs() }));
      const occurredMs = world.ports.clock.nowMs();
      const alias = aTrack('', {}, { type: 'alias', userId: 'anew', previousId: ana.userId, occurredMs });
      expect(await statuses(alias)).toEqual(['accepted']);
      expect(await idOf('userId:anew')).toBe(await idOf(`anonymousId:${ana.userId}`));
      expect(await statuses(aTrack('Late', {}, { userId: ana.userId, occurredMs: startMs }))).toEqual(['erased']);
    });

    it('are taken over by no alias while the erasure is under way, though it names somebody living as well', async () => {
      await world.send(anIdentify({ email }, ana), aTrack('Viewed', {}, { anonymousId: ana.userId }));
      const profileId = await idOf(`userId:${ana.userId}`);
      await erasePerson(world.ports)({ profileId });
      const alias = aTrack('', {}, { type: 'alias', userId: 'anew', previousId: ana.userId });
      expect(await statuses(alias)).toEqual(['accepted']);
      expect((await world.erase(profileId)).status).toBe('done');
      expect(await world.owner(`userId:${ana.userId}`)).toBeUndefined();
    });

    it('leave nothing of an alias by which they were known', async () => {
      await world.send(anIdentify({}, { userId: ana.userId }));
      await world.send(aTrack('', {}, { type: 'alias', userId: ana.userId, previousId: 'canary-before' }));
      const receipt = await world.erase(await idOf(`userId:${ana.userId}`));
      expect(receipt).toMatchObject({ status: 'done', tombstones: 3 });
      expect(await world.everything()).not.toContain('canary-before');
      const late = { userId: 'canary-before', occurredMs: startMs };
      expect(await statuses(aTrack('Late', {}, late))).toEqual(['erased']);
    });

    it('are of now in an import that does not say when, once somebody living has one of them', async () => {
      await eraseAna();
      const line = (): Message =>
        anIdentify({ email, plan: 'gold' }, { ...ana, occurredMs: world.ports.clock.nowMs(), isSilent: true });
      expect(await statuses(line())).toEqual(['erased']);
      world.wait(minuteMs);
      const nowMs = world.ports.clock.nowMs();
      expect(await statuses(aTrack('Viewed', {}, { userId: ana.userId, occurredMs: nowMs }))).toEqual(['accepted']);
      world.wait(minuteMs);
      expect(await statuses(line())).toEqual(['accepted']);
      expect(await traitsOf(ana.userId)).toEqual({ email, plan: 'gold' });
      const dated = anIdentify({ plan: 'old' }, { ...ana, occurredMs: startMs, isSilent: true });
      expect(await statuses(dated)).toEqual(['erased']);
    });
  });
}
