import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../core/event/event.ts';
import type { ProfileStore } from '../../../core/ports.ts';
import { tombstoneOf } from '../../../core/privacy/erasure.ts';
import { readErased } from '../../../core/privacy/read-erased.ts';
import { identityRules } from '../../../core/profile/identity-rules.ts';
import { newProfile } from '../../../core/profile/profile.ts';
import { anIdentify, startMs } from '../../builders.ts';
import { CountingIds } from '../../fakes.ts';
import { runs } from '../../properties.ts';

/** The strongest first. */
const kinds = ['userId', 'crm', 'anonymousId', 'email', 'device'] as const;
type Kind = (typeof kinds)[number];
type Person = 'gone' | 'bob' | 'nobody';
const valueOf = (kind: Kind, person: Person): string =>
  kind === 'email' ? `${person}@example.com` : `${person}-${kind}`;

interface Case {
  readonly named: { readonly [kind in Kind]?: Person };
  readonly trust: 'server' | 'public';
  readonly at: 'before' | 'after' | 'undated';
}
const cases: fc.Arbitrary<Case> = fc.record({
  named: fc.record(
    Object.fromEntries(kinds.map((kind) => [kind, fc.constantFrom<Person>('gone', 'bob', 'nobody')])) as {
      readonly [kind in Kind]: fc.Arbitrary<Person>;
    },
    { requiredKeys: [] },
  ),
  trust: fc.constantFrom('server', 'public'),
  at: fc.constantFrom('before', 'after', 'undated'),
});

const erasedMs = startMs;
function messageOf({ named, trust, at }: Case, inContext: boolean): Message {
  const { userId, crm, anonymousId, email, device } = named;
  const traits = email ? { email: valueOf('email', email) } : {};
  const { userId: _, ...bare } = anIdentify(inContext ? {} : traits, {
    occurredMs: at === 'before' ? erasedMs - 1 : erasedMs + 1,
    trust,
    ...(at === 'undated' && { isSilent: true }),
  });
  return {
    ...bare,
    ...(userId && { userId: valueOf('userId', userId) }),
    ...(anonymousId && { anonymousId: valueOf('anonymousId', anonymousId) }),
    context: {
      ...(inContext && { traits }),
      ...(device && { device: { token: valueOf('device', device), type: 'ios' } }),
      ...(crm && { externalIds: [{ type: 'crm', id: valueOf('crm', crm) }] }),
    },
  };
}

const ids = new CountingIds();
const keysOf = (person: Person): readonly string[] => kinds.map((kind) => `${kind}:${valueOf(kind, person)}`);
const hashes = new Map(keysOf('gone').map((key) => [ids.tombstone(tombstoneOf.identity(key)), erasedMs]));
const rows = new Map(keysOf('bob').map((key) => [key, 'bob']));
const bob = { profile: newProfile('bob', 0), version: 1 };
const profiles = {
  load: async () => bob,
  tombstones: async (asked: readonly string[]) => new Map([...hashes].filter(([hash]) => asked.includes(hash))),
  owners: async (asked: readonly string[]) => new Map([...rows].filter(([key]) => asked.includes(key))),
} as unknown as ProfileStore;
const people = {
  rows,
  profiles: new Map([['bob', bob]]),
  erased: new Map<string, number>(),
};

describe('a message that names people of whom one was erased', () => {
  it('is whose its strongest name is, and keeps no name of the other one', async () => {
    const property = fc.asyncProperty(cases, fc.boolean(), async (one, inContext) => {
      const message = messageOf(one, inContext);
      const { kept, found } = await readErased({ profiles, ids }, [message], people, identityRules());
      const { named, trust, at } = one;
      // An id of another system is taken under a server key alone; an address or a device finds nobody under a public one.
      const telling = kinds.filter((kind) => named[kind] && !(trust === 'public' && kind === 'crm'));
      const first = telling.find(
        (kind) =>
          named[kind] === 'gone' ||
          (named[kind] === 'bob' && (trust === 'server' || !['email', 'device'].includes(kind))),
      );
      const whose = first && named[first];
      const isGone = whose === 'gone' && at !== 'after';
      const rest = kept(message);
      expect(rest === undefined).toBe(isGone);
      if (rest && at === 'before')
        for (const kind of telling) expect(JSON.stringify(rest).includes(valueOf(kind, 'gone')), kind).toBe(false);
      if (rest && (whose !== 'bob' || at !== 'before')) expect(rest).toEqual(message);
      for (const kind of telling)
        if (rest && named[kind] !== 'gone') expect(JSON.stringify(rest)).toContain(valueOf(kind, named[kind]!));
      const given = isGone
        ? telling.filter((kind) => named[kind] === 'nobody' && ['anonymousId', 'device'].includes(kind))
        : [];
      const expected = given.map((kind) => ids.tombstone(tombstoneOf.identity(`${kind}:${valueOf(kind, 'nobody')}`)));
      if (isGone) expected.push(ids.tombstone(tombstoneOf.message(message.messageId)));
      expect(found.map(({ hash }) => hash).toSorted()).toEqual(expected.toSorted());
      for (const { atMs } of found) expect(atMs).toBe(erasedMs);
    });
    await fc.assert(property, runs(20_000));
  });
});
