import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../core/event/event.ts';
import { unmergeProfile } from '../../functions/unmerge-profile/unmerge-profile.ts';
import type { CommitFault } from '../around-ports.ts';
import { anIdentify, aTrack, startMs } from '../builders.ts';
import { runs } from '../properties.ts';
import { aWorld, minuteMs, type OpenWorld } from './erasure-world.ts';
import { aDelivery, anEnrollment, aTask } from './rows.ts';

const faults = fc.array(fc.constantFrom<CommitFault>('none', 'none', 'none', 'lost-before', 'lost-after'), {
  maxLength: 20,
});

const canaries = {
  email: 'canary.mail@example.com',
  phone: '+37121234567',
  userId: 'canary-user',
  anonymousId: 'canary-browser',
  trait: 'canary-trait',
  property: 'canary-property',
  merged: 'canary-other-browser',
} as const;
/** Ways in which a value may lie somewhere. */
const formsOf = (value: string): readonly string[] => {
  const bytes = Buffer.from(value);
  return [value, bytes.toString('hex'), bytes.toString('base64').replace(/=+$/, '')];
};

/** Lives a life of which every kind of row is left. */
async function live(world: Awaited<ReturnType<typeof aWorld>>): Promise<string> {
  const { userId, anonymousId, merged, email, phone, trait, property } = canaries;
  await world.send(aTrack('Viewed', { of: property }, { anonymousId: merged }));
  await world.send(anIdentify({ email, phone, note: trait }, { userId, anonymousId }));
  await world.send(anIdentify({}, { userId, anonymousId: merged }));
  for (let count = 0; count < 5; count++) await world.send(aTrack('Bought', { of: property }, { userId }));
  const profileId = (await world.owner(`userId:${userId}`))!;
  const { profile, version } = (await world.store.load(profileId))!;
  const enrollment = anEnrollment('e1', { profileId, status: 'completed', saved: { note: property } });
  await world.store.commit({
    attemptId: 'rows',
    profiles: [{ expectedVersion: version, profile: { ...profile, assignments: { holdout: 'in' } } }],
    enrollments: [{ row: enrollment, isNew: true }],
    deliveries: [{ row: aDelivery('e1-s1-0', { profileId, status: 'sent', to: email }), isNew: true }],
    tasks: [{ row: aTask('e1-t1-0', { profileId, title: `Call ${phone}` }), isNew: true }],
    guards: [{ profileId, journeyId: 'cart', key: trait, enteredMs: startMs, enrollmentId: 'e1' }],
    due: [{ profileId, subject: 'profile', dueMs: startMs + minuteMs }],
  });
  return profileId;
}

/** What erasing people asks of a store. `full` is how often the property runs in the deep run. */
export function erasuresContract(name: string, full: number, open: OpenWorld): void {
  describe(`people and what is kept of them on ${name}`, () => {
    it('get all of it, page by page', async () => {
      const world = await aWorld(open);
      const profileId = await live(world);
      const [small, large] = [await world.exported(profileId, 1), await world.exported(profileId, 1_000)];
      const text = JSON.stringify([...large]);
      for (const value of Object.values(canaries)) expect(text).toContain(value);
      for (const [holding, rows] of large) {
        expect(small.get(holding)).toHaveLength(rows.length);
        expect(small.get(holding)).toEqual(expect.arrayContaining([...rows]));
      }
      const sizes = Object.fromEntries([...large].map(([holding, rows]) => [holding, rows.length]));
      expect(sizes).toMatchObject({ deliveries: 1, tasks: 1, enrollments: 1, guards: 1, merges: 1, profile: 1 });
      expect(sizes['events']).toBeGreaterThanOrEqual(8);
      await world.close();
    });

    it('get all of it once, whatever comes in meanwhile', async () => {
      const world = await aWorld(open);
      const profileId = await live(world);
      const person = { profileId, mergedIds: [] };
      const seen: string[] = [];
      let count = 0;
      for (let after: string | undefined, isMore = true; isMore;) {
        const page = await world.personal.read('events', person, { most: 2, ...(after !== undefined && { after }) });
        seen.push(...page.rows.map((row) => JSON.stringify(row)));
        after = page.next;
        isMore = after !== undefined;
        // It lies before all that was read.
        if (count < 3) await world.send(aTrack('Bought', {}, { userId: canaries.userId, messageId: `a${count++}` }));
      }
      expect(new Set(seen).size).toBe(seen.length);
      await world.close();
    });

    it('have receipts that are told once each, the latest first, whoever is erased meanwhile', async () => {
      const world = await aWorld(open);
      const erased = async (userId: string): Promise<string> => {
        await world.send(anIdentify({}, { userId }));
        return (await world.erase((await world.owner(`userId:${userId}`))!)).erasureId;
      };
      const ids: string[] = [];
      for (let index = 0; index < 5; index++) ids.push(await erased(`user-${index}`));
      const told: string[] = [];
      for (let cursor: string | undefined, isMore = true; isMore;) {
        const { items, next } = await world.personal.receipts({ limit: 2, ...(cursor !== undefined && { cursor }) });
        told.push(...items.map(({ erasureId }) => erasureId));
        cursor = next;
        isMore = cursor !== undefined;
        if (told.length < 4) await erased(`later-${told.length}`);
      }
      expect(told).toEqual(ids.toReversed());
      await world.close();
    });

    it('get no suppression of an address that they only said, and of the others page by page', async () => {
      const world = await aWorld(open);
      const { ids, profiles } = world.ports;
      const [userId, said] = ['ana', 'said@example.com'];
      const own = ['a@example.com', 'b@example.com', 'c@example.com'];
      for (const email of own) await world.send(anIdentify({ email }, { userId }));
      await world.send(anIdentify({ email: said }, { userId, trust: 'public' }));
      const profileId = (await world.owner(`userId:${userId}`))!;
      const { profile, version } = (await world.store.load(profileId))!;
      const suppressions = [...own, said].map((address) => ({
        channel: 'email' as const,
        addressHash: ids.addressHash('email', address),
        reason: 'hard-bounce' as const,
        atMs: startMs,
        source: 'test',
      }));
      const profilesOf = [{ expectedVersion: version, profile }];
      await profiles.commit({ attemptId: 'rows', profiles: profilesOf, suppressions });
      for (const most of [1, 2, 10]) {
        const rows = (await world.exported(profileId, most)).get('suppressions')!;
        expect(rows.map(({ address }) => String(address)).toSorted()).toEqual(own);
      }
      const first = await world.personal.read('suppressions', { profileId, mergedIds: [] }, { most: 2 });
      expect(first.rows).toHaveLength(2);
      await world.close();
    });

    it('are forgotten: nothing of theirs is left but keyed hashes', async () => {
      const world = await aWorld(open);
      await world.send(anIdentify({ email: 'other@example.com' }, { userId: 'other' }));
      const profileId = await live(world);
      const receipt = await world.erase(profileId);
      expect(receipt).toMatchObject({ status: 'done', why: 'asked', askedMs: startMs, suppressed: 2 });
      expect(receipt.deleted).toMatchObject({ deliveries: 1, tasks: 1, enrollments: 1, guards: 1, merges: 1 });
      expect(receipt.tombstones).toBe(5);
      const left = await world.everything();
      for (const value of Object.values(canaries))
        for (const form of formsOf(value)) expect(left.includes(form), `${value} as ${form}`).toBe(false);
      expect((await world.store.load(profileId))?.profile).toMatchObject({
        isErased: true,
        identifiers: [],
        traits: {},
      });
      expect(left).toContain('other@example.com');
      expect(await world.owner('userId:other')).toBeDefined();
      expect((await world.personal.receipts({ limit: 10 })).items).toEqual([receipt]);
      await world.close();
    });

    it('do not come back by what is late, imported or sent again, and begin anew by what they do afterwards', async () => {
      const world = await aWorld(open);
      const profileId = await live(world);
      const said = aTrack('Bought', {}, { userId: canaries.userId });
      await world.send(said);
      await world.erase(profileId);
      world.wait(minuteMs);
      const nowMs = world.ports.clock.nowMs();
      const { userId, anonymousId, email, merged } = canaries;
      const statuses = async (...messages: readonly Message[]) =>
        (await world.send(...messages)).map(({ status }) => status);
      // Sent again, though it says of itself that it happens now.
      expect(await statuses({ ...said, occurredMs: nowMs })).toEqual(['erased']);
      expect(await statuses(aTrack('Late', {}, { anonymousId, occurredMs: startMs }))).toEqual(['erased']);
      expect(await statuses(aTrack('Late', {}, { anonymousId: merged, occurredMs: startMs }))).toEqual(['erased']);
      expect(
        await statuses(anIdentify({ email }, { userId: 'unheard-of', occurredMs: nowMs, isSilent: true })),
      ).toEqual(['erased']);
      expect(await world.owner(`userId:${userId}`)).toBeUndefined();
      expect(await world.owner('userId:unheard-of')).toBeUndefined();
      expect(await statuses(aTrack('Viewed', {}, { userId, occurredMs: nowMs }))).toEqual(['accepted']);
      const anew = (await world.owner(`userId:${userId}`))!;
      expect(anew).not.toBe(profileId);
      // Known again, and still nothing of before is theirs.
      expect(await statuses(aTrack('Late', {}, { userId, occurredMs: startMs }))).toEqual(['erased']);
      expect(await statuses({ ...said, messageId: 'new', occurredMs: nowMs })).toEqual(['accepted']);
      expect(await statuses({ ...said, occurredMs: nowMs + 1 })).toEqual(['erased']);
      const names = (await world.store.history([anew])).map((event) => event.name);
      expect(names.toSorted()).toEqual(['Bought', 'Viewed']);
      const feedback = aTrack('Email Opened', {}, { profileId, occurredMs: nowMs });
      expect(await statuses(feedback)).toEqual(['erased']);
      await world.close();
    });

    it('are forgotten also where they were part of somebody else for a while, who stays', async () => {
      const world = await aWorld(open);
      const { userId, anonymousId, trait, property } = canaries;
      await world.send(aTrack('Viewed', { of: property }, { anonymousId }));
      await world.send(anIdentify({ note: trait }, { anonymousId }));
      await world.send(anIdentify({}, { userId: 'stays', anonymousId: 'own' }));
      const mergedId = (await world.owner(`anonymousId:${anonymousId}`))!;
      await world.send(anIdentify({}, { userId: 'stays', anonymousId }));
      const profileId = (await world.owner('userId:stays'))!;
      expect(await world.owner(`anonymousId:${anonymousId}`)).toBe(profileId);
      const event = aTrack('Bought', { of: property }, { anonymousId });
      await world.send(event);
      await unmergeProfile(world.ports)({ profileId, mergedId });
      expect(await world.owner(`anonymousId:${anonymousId}`)).toBe(mergedId);
      await world.erase(mergedId);
      const left = await world.everything();
      for (const value of [trait, property]) expect(left.includes(value), value).toBe(false);
      // Once: in the event by which the other one said so, which is theirs.
      expect(left.split(anonymousId)).toHaveLength(2);
      expect(left).toContain('userId:stays');
      expect(left).not.toContain(userId);
      await world.close();
    });

    it('keep an address that is somebody else’s too', async () => {
      const world = await aWorld(open);
      const email = 'shared@example.com';
      await world.send(anIdentify({ email }, { userId: 'first' }));
      await world.send(anIdentify({ email }, { userId: 'second' }));
      const second = (await world.owner('userId:second'))!;
      const receipt = await world.erase(second);
      expect(receipt).toMatchObject({ status: 'done', suppressed: 0, tombstones: 1 });
      expect(await world.owner(`email:${email}`)).toBe(await world.owner('userId:first'));
      const [again] = await world.send(aTrack('Viewed', {}, { userId: 'first', occurredMs: startMs }));
      expect(again!.status).toBe('accepted');
      await world.close();
    });

    it('are forgotten once, whoever asks again, and nothing is lost of others whatever answers are lost', async () => {
      const property = fc.asyncProperty(faults, fc.integer({ min: 0, max: 3 }), async (lost, beside) => {
        const world = await aWorld(open, lost);
        const profileId = await live({ ...world, store: world.ports.profiles }).catch(() => undefined);
        const owner = profileId ?? (await world.owner(`userId:${canaries.userId}`));
        if (owner === undefined) return void (await world.close());
        const others = Array.from({ length: beside }, (_, index) =>
          world.send(aTrack('Bought', { of: canaries.property }, { userId: canaries.userId, messageId: `b${index}` })),
        );
        const [one, other] = await Promise.all([world.erase(owner), world.erase(owner), ...others]);
        const receipt = await world.erase(owner);
        expect(receipt.status).toBe('done');
        expect(new Set([one.erasureId, other.erasureId, receipt.erasureId]).size).toBe(1);
        const left = await world.everything();
        for (const value of Object.values(canaries))
          for (const form of formsOf(value)) expect(left.includes(form), `${value} as ${form}`).toBe(false);
        await world.close();
      });
      await fc.assert(property, runs(full));
    });
  });
}
