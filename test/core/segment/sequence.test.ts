import { describe, expect, it } from 'vitest';
import type { Occurrence } from '../../../core/event/event.ts';
import type { Json } from '../../../core/json.ts';
import type { SequenceCondition } from '../../../core/segment/condition.ts';
import { seedLeaf, stepLeaf, type Leaf } from '../../../core/segment/leaf.ts';
import { sequenceLeaf } from '../../../core/segment/sequence-leaf.ts';

const dayMs = 86_400_000;
const zone = 'UTC';
let count = 0;
const on = (day: number, name: string): Occurrence => ({
  eventId: `m${count++}`,
  name,
  properties: {},
  occurredMs: day * dayMs,
});
const inOrder: SequenceCondition = { sequence: [{ did: 'A' }, { did: 'B' }], thenNot: 'C' };

/** Steps through arrivals, with a history that keeps only what is not older than a day. */
function stateOf(leaf: Leaf, arrived: readonly Occurrence[], keptFromDay = -Infinity): Json | undefined {
  return arrived.reduce<Json | undefined>((state, event, index) => {
    const past = () => arrived.slice(0, index).filter(({ occurredMs }) => occurredMs >= keptFromDay * dayMs);
    return leaf.names.has(event.name) ? stepLeaf(leaf, state, event, zone, past) : state;
  }, undefined);
}
const isTrue = (leaf: Leaf, state: Json | undefined, day = 1_000): boolean => leaf.isTrue(state, day * dayMs, zone);

describe('a sequence of which events have expired', () => {
  const leaf = sequenceLeaf(inOrder);
  const done = [on(0, 'A'), on(1, 'B')];

  it('has come about, whatever comes late', () => {
    for (const late of [
      [on(401, 'A'), on(401, 'A')],
      [on(401, 'A'), on(400, 'A')],
    ])
      expect(isTrue(leaf, stateOf(leaf, [...done, ...late], 300))).toBe(true);
  });

  it('is over where what must not follow came late', () => {
    expect(isTrue(leaf, stateOf(leaf, [...done, on(401, 'A'), on(400, 'C')], 300))).toBe(false);
  });

  it('goes on from where it was', () => {
    const arrived = [on(0, 'A'), on(401, 'D'), on(402, 'C'), on(403, 'B'), on(401, 'C')];
    expect(isTrue(leaf, stateOf(leaf, arrived, 300))).toBe(true);
  });

  it('has come about for whoever turns out to be two', () => {
    const merged = leaf.merge(stateOf(leaf, done), stateOf(leaf, [on(401, 'A')]));
    const kept = [on(401, 'A')];
    expect(isTrue(leaf, seedLeaf(leaf, kept, zone, merged))).toBe(true);
    expect(isTrue(leaf, seedLeaf(leaf, [...kept, on(402, 'C')], zone, merged))).toBe(false);
  });
});

describe('events of one instant', () => {
  it.each([
    ['in the order that serves', [{ did: 'A' }, { did: 'B' }], ['B', 'A'], true],
    ['each once', [{ did: 'A' }, { did: 'A' }], ['A'], false],
    ['each once, of two', [{ did: 'A' }, { did: 'A' }], ['A', 'A'], true],
    ['for the part that no other can be', [{ did: ['A', 'B'] }, { did: 'A' }], ['A', 'B'], true],
    ['in a row that comes back', [{ did: 'A' }, { did: 'B' }, { did: 'A' }], ['A', 'A', 'B'], true],
    ['and no more than there are', [{ did: 'A' }, { did: 'B' }, { did: 'A' }], ['A', 'B', 'B'], false],
  ] as const)('count %s', (_, sequence, names, expected) => {
    const leaf = sequenceLeaf({ sequence });
    const events = names.map((name) => on(5, name));
    expect(isTrue(leaf, stateOf(leaf, events))).toBe(expected);
    expect(isTrue(leaf, seedLeaf(leaf, events, zone))).toBe(expected);
  });

  it('are too late where one of them must not follow', () => {
    const leaf = sequenceLeaf(inOrder);
    expect(isTrue(leaf, stateOf(leaf, [on(1, 'A'), on(2, 'B'), on(2, 'C')]))).toBe(false);
    expect(isTrue(leaf, stateOf(leaf, [on(1, 'A'), on(2, 'C'), on(2, 'B')]))).toBe(false);
  });
});

describe('the state of a sequence', () => {
  it('is some tens of bytes', () => {
    const arrived = [on(0, 'A'), on(90, 'B'), on(95, 'A')];
    expect(JSON.stringify(stateOf(sequenceLeaf(inOrder), arrived)).length).toBeLessThan(40);
  });
});
