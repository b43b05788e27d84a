import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  applyGroupTraits,
  groupMemberships,
  joinGroup,
  mergeGroups,
  mostGroupsOfPerson,
  mostGroupTraits,
  newGroup,
} from '../../../core/group/group.ts';
import type { Profile } from '../../../core/profile/profile.ts';
import { aMessage } from '../../builders.ts';
import { runs } from '../../properties.ts';

interface Call {
  readonly type: string;
  readonly groupId: string;
  readonly occurredMs: number;
  readonly messageId: string;
}
const call: fc.Arbitrary<Call> = fc.record({
  type: fc.noBias(fc.integer({ min: 0, max: 14 })).map((index) => `type-${index}`),
  groupId: fc.constantFrom('a', 'b', 'c'),
  occurredMs: fc.nat({ max: 40 }),
  messageId: fc.uuid(),
});
const shuffledPair = fc
  .uniqueArray(call, { maxLength: 40, size: 'max', selector: ({ messageId }) => messageId })
  .chain((calls) =>
    fc.tuple(
      fc.constant(calls),
      fc.shuffledSubarray(calls, { minLength: calls.length }),
      fc.nat({ max: calls.length }),
    ),
  );
const join = (groups: Profile['groups'], { type, ...rest }: Call): Profile['groups'] =>
  joinGroup(groups, aMessage({ type: 'group', ...rest, context: { groupType: type } }));
const none: Profile['groups'] = {};

it('a person is in the same groups, ten at most, whatever the order of calls and merges', () => {
  fc.assert(
    fc.property(shuffledPair, ([calls, shuffled, at]) => {
      const inOrder = calls.reduce(join, none);
      const merged = mergeGroups(shuffled.slice(0, at).reduce(join, none), shuffled.slice(at).reduce(join, none));
      expect(merged).toEqual(inOrder);
      expect(mergeGroups(inOrder, merged)).toEqual(inOrder);
      const last = new Map<string, Call>();
      for (const one of calls.toSorted((a, b) => a.occurredMs - b.occurredMs || (a.messageId < b.messageId ? -1 : 1)))
        last.set(one.type, one);
      const newest = [...last.values()]
        .toSorted((a, b) => b.occurredMs - a.occurredMs || (a.messageId < b.messageId ? 1 : -1))
        .slice(0, mostGroupsOfPerson);
      expect(new Set(Object.keys(groupMemberships({ groups: merged })))).toEqual(
        new Set(newest.map(({ type, groupId }) => `${type}/${groupId}`)),
      );
    }),
    runs(1_000),
  );
});

it('a group has the hundred traits that were set last, whatever the order in which they came', () => {
  const said = fc.record({
    trait: fc.noBias(fc.nat({ max: mostGroupTraits + 9 })),
    ms: fc.nat({ max: 400 }),
    id: fc.uuid(),
  });
  const sayings = fc
    .uniqueArray(said, { minLength: 3 * mostGroupTraits, maxLength: 400, selector: ({ id }) => id })
    .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
  const fold = (all: readonly { trait: number; ms: number; id: string }[]) =>
    all.reduce(
      (group, { trait, ms, id }) => applyGroupTraits(group, { [`t${trait}`]: id }, ms, id),
      newGroup({ type: 'company', groupId: 'acme' }),
    );
  fc.assert(
    fc.property(sayings, ([all, shuffled]) => {
      const group = fold(all);
      expect(fold(shuffled)).toEqual(group);
      expect(Object.keys(group.traits).length).toBeLessThanOrEqual(mostGroupTraits);
      for (const { trait, ms, id } of all) expect(applyGroupTraits(group, { [`t${trait}`]: id }, ms, id)).toBe(group);
    }),
    runs(400),
  );
});
