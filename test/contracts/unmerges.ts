import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../core/event/event.ts';
import { StoreContended } from '../../core/failures.ts';
import { canonicalJson } from '../../core/json.ts';
import type { DecisionPorts, ProfileStore } from '../../core/ports.ts';
import { isWinner } from '../../core/profile/merge.ts';
import { historyIds, type Profile } from '../../core/profile/profile.ts';
import { acceptEvents } from '../../functions/accept-events/accept-events.ts';
import { unmergeProfile } from '../../functions/unmerge-profile/unmerge-profile.ts';
import type { CommitFault } from '../around-ports.ts';
import { aMessage, anIdentify, aSegment, aTrack, documentsOf, startMs } from '../builders.ts';
import { CountingIds, TestDefinitions } from '../fakes.ts';
import { losingAnswers } from './merges.ts';

type Open = () => Promise<{ readonly store: ProfileStore; close(): Promise<void> }>;

const clock = { nowMs: () => startMs + 86_400_000, backOff: () => Promise.resolve() };
const documents = documentsOf({
  segments: [
    aSegment('twice', { did: 'Bought', atLeast: 2 }),
    aSegment('spent', { did: 'Bought', sum: 'price', atLeast: 100 }),
    aSegment('looked-then-bought', { sequence: [{ did: 'Viewed' }, { did: 'Bought' }], within: 'P1D' }),
    aSegment('gold', { trait: 'plan', is: 'gold' }),
    aSegment('reachable', { consent: 'email', purpose: 'marketing', is: 'granted' }),
  ],
});

/** What people do, and what is done to them: merged with another, and taken out again. */
type Step =
  | { readonly kind: 'does'; readonly who: number; readonly what: string; readonly minute: number }
  | { readonly kind: 'merge'; readonly who: number; readonly other: number }
  | { readonly kind: 'unmerge'; readonly who: number };
const count = 4;
const person = fc.nat({ max: count - 1 });
const does: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('does' as const),
  who: person,
  what: fc.constantFrom(
    'Bought',
    'Viewed',
    'gold',
    'basic',
    'granted',
    'denied',
    'email',
    'group',
    'campaign',
    'Order Completed',
  ),
  minute: fc.nat({ max: 300 }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: does },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('merge' as const), who: person, other: person }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('unmerge' as const), who: person }) },
);
const faults = fc.array(fc.constantFrom<CommitFault>('none', 'none', 'none', 'lost-before', 'lost-after'), {
  maxLength: 12,
});

const nameOf = (who: number): { readonly userId: string } | { readonly anonymousId: string } =>
  who === 0 ? { userId: 'u0' } : { anonymousId: `a${who}` };
const keyOf = (who: number): string => (who === 0 ? 'userId:u0' : `anonymousId:a${who}`);

function messageOf(who: number, what: string, messageId: string, occurredMs: number): Message {
  const by = { ...nameOf(who), messageId, occurredMs, receivedMs: startMs + 40_000_000 };
  if (what === 'gold' || what === 'basic') return anIdentify({ plan: what }, by);
  if (what === 'granted' || what === 'denied')
    return aTrack('Asked', {}, { ...by, context: { consent: { email: { marketing: what } } } });
  if (what === 'email') return anIdentify({ email: `${messageId}@b.lv` }, by);
  if (what === 'group') return aMessage({ ...by, type: 'group', groupId: 'acme', traits: { plan: 'large' } });
  if (what === 'campaign')
    return aTrack('Viewed', {}, { ...by, context: { campaign: { source: 'news' }, timezone: 'Europe/Riga' } });
  return aTrack(what, { price: 60 }, by);
}

/** What is known of one person, as text: not under which id, nor what stays on both sides. */
async function worldOf(store: ProfileStore, who: number): Promise<string> {
  const owners = await store.owners([keyOf(who)]);
  const { profile } = (await store.load(owners.get(keyOf(who))!))!;
  const { traits, timeZone, consent, touchpoints, groups, conditions, createdMs, convertedMs } = profile;
  const facts = { traits, timeZone, consent, touchpoints, groups, conditions, createdMs, convertedMs };
  const events = (await store.history(historyIds(profile))).map((event) => event.eventId).sort();
  const found = profile.identifiers.filter((one) => one.resolves).map((one) => `${one.kind}:${one.value}`);
  for (const owner of (await store.owners(found)).values())
    expect((await store.load(owner))!.profile.profileId).toBe(profile.profileId);
  return canonicalJson({
    merged: profile.mergedIds.length,
    identifiers: profile.identifiers.map((one) => canonicalJson(one)).sort(),
    segments: Object.keys(profile.segments).sort(),
    facts: canonicalJson(facts),
    events,
  });
}

class World {
  private readonly ports: DecisionPorts;
  private readonly ids: string[] = [];
  readonly store: ProfileStore;
  constructor(store: ProfileStore, lost: readonly CommitFault[]) {
    this.store = store;
    const definitions = new TestDefinitions(documents);
    this.ports = { profiles: losingAnswers(store, lost), definitions, clock, ids: new CountingIds() };
  }
  /** As callers do: whoever is asked to come again does so. */
  private async again<T>(call: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof StoreContended)) throw error;
      }
    }
  }
  async send(...messages: readonly Message[]): Promise<void> {
    await this.again(() => acceptEvents(this.ports)(messages));
  }
  async profile(who: number): Promise<Profile> {
    return (await this.store.load(this.ids[who]!))!.profile;
  }
  async begin(): Promise<void> {
    for (let who = 0; who < count; who++) {
      await this.send(messageOf(who, 'Viewed', `first-${who}`, startMs + (400 + who) * 60_000));
      this.ids.push((await this.store.owners([keyOf(who)])).get(keyOf(who))!);
    }
  }
  whoIs(profileId: string): number {
    return this.ids.indexOf(profileId);
  }
  /** @returns who stays; `undefined` where they are one already */
  async winner(who: number, other: number): Promise<number | undefined> {
    const [left, right] = [await this.profile(who), await this.profile(other)];
    if (left.profileId === right.profileId) return undefined;
    return this.whoIs((isWinner(left, right) ? left : right).profileId);
  }
  async unmerge(who: number): Promise<void> {
    const { profileId } = await this.profile(who);
    if (this.whoIs(profileId) === who) return;
    const task = { profileId, mergedId: this.ids[who]! };
    const answer = { kind: 'unmerged', ...task };
    expect(await this.again(() => unmergeProfile(this.ports)(task))).toEqual(answer);
    expect(await unmergeProfile({ ...this.ports, profiles: this.store })(task)).toEqual(answer);
  }
}

/** Merges that are undone, on a store of either home. */
export function unmergesContract(
  name: string,
  runs: { readonly numRuns: number; readonly seed: number },
  open: Open,
): void {
  describe(`merges that are undone: ${name}`, () => {
    it('leave everybody as if they had never been, in any order, with events before, between and after', async () => {
      const property = fc.asyncProperty(
        fc.array(step, { maxLength: 24 }),
        fc.shuffledSubarray([1, 2, 3], { minLength: 3 }),
        faults,
        fc.boolean(),
        async (steps, last, lost, isBatched) => {
          const [one, other] = [await open(), await open()];
          try {
            const [merged, never] = [new World(one.store, lost), new World(other.store, [])];
            await merged.begin();
            await never.begin();
            for (const [index, now] of steps.entries()) {
              const messageId = `m${index}`;
              if (now.kind === 'unmerge') await merged.unmerge(now.who);
              if (now.kind === 'does') {
                // A denial stands on both sides of a merge that is undone later: that is another test.
                const isOne = (await merged.profile(now.who)).mergedIds.length === 0;
                const isAlone = isOne && merged.whoIs((await merged.profile(now.who)).profileId) === now.who;
                const what = now.what === 'denied' && !isAlone ? 'granted' : now.what;
                const message = messageOf(now.who, what, messageId, startMs + now.minute * 60_000);
                await merged.send(message);
                await never.send(message);
              }
              if (now.kind === 'merge') {
                const winner = await merged.winner(now.who, now.other);
                if (winner === undefined) continue;
                const loser = merged.whoIs((await merged.profile(now.who)).profileId) === winner ? now.other : now.who;
                const [{ userId: u, anonymousId: a }] = [nameOf(loser) as { userId?: string; anonymousId?: string }];
                const alias = aMessage({
                  ...nameOf(winner),
                  type: 'alias',
                  messageId,
                  occurredMs: startMs + (500 + index) * 60_000,
                });
                // In the same request as events of both, before and after.
                const around = isBatched
                  ? [now.who, now.other].map((who, at) =>
                      messageOf(who, 'Bought', `${messageId}-${at}`, startMs + (600 + at) * 60_000),
                    )
                  : [];
                const [before, after] = [around.slice(0, 1), around.slice(1)];
                await merged.send(...before, { ...alias, previousId: (u ?? a)! }, ...after);
                for (const message of [...before, alias, ...after]) await never.send(message);
              }
            }
            for (const who of last) await merged.unmerge(who);
            for (let who = 0; who < count; who++)
              expect(await worldOf(one.store, who)).toBe(await worldOf(other.store, who));
          } finally {
            await one.close();
            await other.close();
          }
        },
      );
      await fc.assert(property, runs);
    });
  });
}
