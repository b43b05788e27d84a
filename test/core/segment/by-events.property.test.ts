import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { publish } from '../../../core/definitions.ts';
import type { Occurrence } from '../../../core/event/event.ts';
import { newProfile, type Profile } from '../../../core/profile/profile.ts';
import type { Condition } from '../../../core/segment/condition.ts';
import { stepLeaf } from '../../../core/segment/leaf.ts';
import { settleMemberships } from '../../../core/segment/settle.ts';
import { aSegment, aWorkspace, documentsOf } from '../../builders.ts';
import { runs } from '../../properties.ts';

const hourMs = 3_600_000;
const startMs = Date.parse('2026-10-23T00:00:00Z');
/** In the days about a change of the clock. */
const zone = 'Europe/Riga';

const count = fc.oneof(
  fc.constant({}),
  fc.record({ atLeast: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ atMost: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ exactly: fc.integer({ min: 0, max: 3 }) }),
  fc.constant({ atLeast: 1, atMost: 2 }),
);
const asked: fc.Arbitrary<Condition> = fc
  .record({
    names: fc.constantFrom<string | string[]>('Viewed', 'Bought', ['Viewed', 'Bought']),
    count,
    within: fc.constantFrom({}, { within: 'PT6H' }, { within: 'P1D' }, { within: 'P2D' }, { within: 'P1M' }),
    kind: fc.constantFrom({}, { where: { kind: 'bike' } }),
    what: fc.constantFrom('did', 'did', 'did', 'didNot', 'distinct', 'sum'),
  })
  .map(({ names, count: limits, within, kind, what }): Condition => {
    if (what === 'didNot') return { didNot: names, ...within, ...kind };
    if (what === 'distinct') return { did: names, distinct: 'kind', atLeast: 2, ...within };
    if (what === 'sum') return { did: names, sum: 'price', atLeast: 3, ...within };
    return { did: names, ...limits, ...within, ...kind };
  });
const condition: fc.Arbitrary<Condition> = fc.oneof(
  asked,
  fc.array(asked, { minLength: 2, maxLength: 3 }).map((all) => ({ all })),
  fc.array(asked, { minLength: 2, maxLength: 3 }).map((any) => ({ any })),
  asked.map((not) => ({ not })),
  fc.constant({ segment: 's0' }),
);
const arrival = fc.record({
  name: fc.constantFrom('Viewed', 'Bought', 'Opened'),
  kind: fc.constantFrom('bike', 'boat'),
  price: fc.constantFrom(-2, 1, 4),
  /** Hours since the one before it. */
  after: fc.integer({ min: 0, max: 40 }),
  /** How many hours late it comes. */
  late: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 60 })),
});

describe('memberships of whom nothing but events has changed', () => {
  it('are those of looking at every rule, and the due row that stands comes no later', () => {
    fc.assert(
      fc.property(
        fc.array(condition, { minLength: 1, maxLength: 5 }),
        fc.array(arrival, { minLength: 1, maxLength: 12 }),
        (conditions, arrivals) => {
          const segments = conditions.map((one, index) =>
            aSegment(`s${index}`, index === 0 && 'segment' in one ? { did: 'Viewed' } : one),
          );
          const definitions = publish(documentsOf({ workspace: aWorkspace({ timeZone: zone }), segments }));
          let dueMs = Infinity;
          let nowMs = startMs;
          let profile: Profile = newProfile('p', nowMs);
          const look = (isByEvents: boolean, rules = definitions.rules): void => {
            const all = settleMemberships(profile, definitions.rules, definitions, nowMs);
            const some = settleMemberships(profile, rules, definitions, nowMs, isByEvents);
            expect(Object.keys(some.profile.segments).sort()).toEqual(Object.keys(all.profile.segments).sort());
            // The row that stands is moved only to come earlier.
            dueMs = Math.min(dueMs, some.nextChangeMs);
            expect(dueMs).toBeLessThanOrEqual(all.nextChangeMs);
            profile = some.profile;
          };
          look(false);
          for (const [index, { name, kind, price, after, late }] of arrivals.entries()) {
            nowMs += after * hourMs;
            if (dueMs <= nowMs && index % 2 === 0) {
              dueMs = Infinity;
              look(false);
            }
            const occurredMs = nowMs - late * hourMs;
            const event: Occurrence = { eventId: String(index), name, occurredMs, properties: { kind, price } };
            let states = profile.conditions;
            for (const leaf of definitions.leavesByName.get(name) ?? []) {
              const state = stepLeaf(leaf, states[leaf.key], event, zone, () => []);
              if (state !== undefined) states = { ...states, [leaf.key]: state };
            }
            profile = { ...profile, conditions: states };
            const isByEvents = nowMs < dueMs;
            // Where its instant has come, the row itself looks at all of them soon.
            if (!isByEvents) dueMs = Infinity;
            look(isByEvents, isByEvents ? (definitions.rulesByName.get(name) ?? []) : definitions.rules);
          }
        },
      ),
      runs(2_000),
    );
  });
});
