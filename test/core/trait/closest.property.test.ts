import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../core/json.ts';
import type { Occurrence } from '../../../core/event/event.ts';
import { newProfile } from '../../../core/profile/profile.ts';
import { compileCondition, seedStates, type View } from '../../../core/segment/compile-condition.ts';
import type { Condition } from '../../../core/segment/condition.ts';
import { compileTraits } from '../../../core/trait/compile-traits.ts';
import type { ClosestTrait, Persona, Sign } from '../../../core/trait/trait-document.ts';
import { runs } from '../../properties.ts';

const hourMs = 3_600_000;
const beganMs = Date.parse('2026-03-01T00:00:00Z');

const names = ['A', 'B', 'C'];
const history = fc
  .array(fc.record({ name: fc.constantFrom(...names), hour: fc.nat(40 * 24) }), { maxLength: 20 })
  .map((events) =>
    events.map(({ name, hour }, index): Occurrence => ({
      eventId: `e${index}`,
      name,
      occurredMs: beganMs + hour * hourMs,
      properties: {},
    })),
  );
const condition = fc.oneof(
  fc.record({ did: fc.constantFrom(...names), atLeast: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ did: fc.constantFrom(...names), within: fc.constantFrom('P2D', 'P1W', 'P1M') }),
  fc.record({ didNot: fc.constantFrom(...names), within: fc.constantFrom('P2D', 'P1W') }),
  fc.record({ trait: fc.constant('since'), atLeast: fc.nat(30) }),
  fc.record({ not: fc.record({ did: fc.constantFrom(...names) }) }),
) as fc.Arbitrary<Condition>;
const sign: fc.Arbitrary<Sign> = fc.record(
  { when: condition, weight: fc.integer({ min: 1, max: 4 }) },
  { requiredKeys: ['when'] },
);
const persona: fc.Arbitrary<Persona> = fc.record({
  name: fc.constant('P'),
  signs: fc.array(sign, { minLength: 1, maxLength: 4 }),
});
const trait: fc.Arbitrary<ClosestTrait> = fc.record(
  {
    id: fc.constant('t'),
    name: fc.constant('T'),
    closest: fc.dictionary(fc.constantFrom('p', 'q', 'r', 's'), persona, { minKeys: 1 }),
    atLeast: fc.integer({ min: 1, max: 100 }),
  },
  { requiredKeys: ['id', 'name', 'closest'] },
);
const since = { id: 'since', name: 'Days since', daysSince: 'A' };

const viewAt = (document: ClosestTrait, all: readonly Occurrence[], nowMs: number): View => {
  const computed = compileTraits([document, since], []);
  const leaves = [...computed.values()].flatMap((one) => one.leaves);
  // Of leaves that share a state, the one with the longest reach keeps it.
  const longest = leaves.toSorted((a, b) => a.reach - b.reach);
  const conditions = seedStates(longest, all, 'UTC');
  const profile = { ...newProfile('p', 0), conditions };
  return { profile, nowMs, zone: 'UTC', calendars: new Map(), computed, states: {} };
};

/** By the words of the docs: every persona's part of its weight as a fraction, each sign asked of the whole history. */
function naive(document: ClosestTrait, all: readonly Occurrence[], view: View): Json | undefined {
  let best: { readonly id: string; readonly part: readonly [bigint, bigint] } | undefined;
  for (const [id, { signs }] of Object.entries(document.closest)) {
    const holds = ({ when }: Sign): boolean => {
      const compiled = compileCondition(when);
      return compiled.isTrue({ ...view, states: seedStates(compiled.leaves, all, 'UTC') });
    };
    const sum = (of: readonly Sign[]): bigint => of.reduce((total, { weight = 1 }) => total + BigInt(weight), 0n);
    const part = [sum(signs.filter(holds)), sum(signs)] as const;
    if (part[0] === 0n || part[0] * 100n < BigInt(document.atLeast ?? 1) * part[1]) continue;
    const more = best === undefined ? 1n : part[0] * best.part[1] - best.part[0] * part[1];
    if (best === undefined || more > 0n || (more === 0n && part[0] > best.part[0])) best = { id, part };
  }
  return best?.id;
}

describe('the closest persona', () => {
  it('is the one of whose signs the greatest part by weight is true of all that happened', () => {
    fc.assert(
      fc.property(trait, history, fc.nat(60 * 24), (document, all, hour) => {
        const view = viewAt(document, all, beganMs + hour * hourMs);
        const past = all.filter(({ occurredMs }) => occurredMs <= view.nowMs);
        const now = viewAt(document, past, view.nowMs);
        expect(now.computed.get('t')!.valueOf(now)).toEqual(naive(document, past, now));
      }),
      runs(20_000),
    );
  });

  it('changes by time alone at no instant before the one that it says', () => {
    fc.assert(
      fc.property(trait, history, fc.double({ min: 0, max: 0.999_999, noNaN: true }), (document, all, share) => {
        const beginMs = beganMs + 40 * 24 * hourMs;
        const view = viewAt(document, all, beginMs);
        const { valueOf, nextChangeMs } = view.computed.get('t')!;
        const endMs = Math.min(nextChangeMs(view), beginMs + 60 * 24 * hourMs);
        expect(endMs).toBeGreaterThan(beginMs);
        const nowMs = Math.floor(beginMs + share * (endMs - beginMs));
        expect(valueOf({ ...view, nowMs })).toEqual(valueOf(view));
      }),
      runs(20_000),
    );
  });
});
