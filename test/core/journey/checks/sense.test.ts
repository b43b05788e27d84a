import { describe, expect, it } from 'vitest';
import { checkDocuments } from '../../../../core/journey/check.ts';
import { aJourney, folderWith } from '../workflow-files.ts';

const codesOf = (parts: object, others: readonly object[] = []): readonly string[] =>
  checkDocuments(
    folderWith(
      aJourney(parts),
      others.map((journey) => {
        const { id } = journey as { readonly id: string };
        return { path: `journeys/${id}.journey.json`, text: JSON.stringify(journey) };
      }),
    ),
  ).problems.map(({ code }) => code);

const order = { event: 'Order Completed' };
const goal = { on: order, within: 'P3D' };

describe('a goal is not swallowed', () => {
  it.each([
    ['by an exit on its own event', { exit: [{ on: order }] }],
    ['by other exits beside one on its own event', { exit: [{ on: { event: 'Cart Cleared' } }, { on: order }] }],
    ['by a condition that asks for its event', { exit: [{ when: { did: 'Order Completed' } }] }],
    ['by a segment that asks for its event', { exit: [{ when: { segment: 'vip' } }] }],
    ['by an exit of those who want no mail', { exit: [{ on: { event: 'Email Unsubscribed' } }] }],
    [
      'in an acquisition journey that the conversion ends',
      { kind: 'acquisition', exit: [{ on: { event: 'Cart Cleared' } }] },
    ],
    ['where there are no exits', {}],
  ])('%s', (_, parts) => {
    expect(codesOf({ goal, ...parts })).toEqual([]);
  });

  it('but is by an exit on something else alone', () => {
    expect(codesOf({ goal, exit: [{ on: { event: 'Cart Cleared' } }] })).toEqual(['goal-swallowed']);
    expect(codesOf({ goal, exit: [{ when: { trait: 'tier', is: 'gold' } }] })).toEqual(['goal-swallowed']);
  });
});

describe('an exit', () => {
  it.each([
    ['with tests that an event passes', [{ on: { ...order, where: { total: { above: 5, atMost: 6 } } } }]],
    ['beside a narrower one with another key', [{ on: { ...order, where: { a: 1 } } }, { on: { event: 'X' } }]],
    ['that asks what may change', [{ when: { any: [{ random: 10 }, { did: 'X' }] } }]],
  ])('may fire: %s', (_, exit) => {
    expect(codesOf({ exit })).toEqual([]);
  });

  it.each([
    ['no event passes its tests', { on: { ...order, where: { total: { in: [] } } } }],
    ['it is equal to another', { on: { event: 'X' } }],
    ['it is narrower than another', { on: { event: 'X', where: { a: 1 } } }],
    ['it asks for chance alone', { when: { not: { random: 10 } } }],
  ])('never fires: %s', (_, exit) => {
    expect(codesOf({ exit: [{ on: { event: ['X', 'Y'] } }, exit] })).toEqual(['exit-never-fires']);
  });
});

describe('a round of journeys', () => {
  const journey = (id: string, event: string, again: unknown, steps: readonly object[]): object =>
    aJourney({ id, entry: { on: { event }, again }, steps });
  const emit = (event: string): object => ({ emit: { event } });

  it('without end is told at each step that keeps it going', () => {
    const others = [journey('b', 'B', 'always', [{ start: 'cart' }])];
    const entry = { on: { event: 'A' }, again: 'always' };
    expect(codesOf({ entry, steps: [emit('B')] }, others)).toEqual(['unbounded-loop', 'unbounded-loop']);
    expect(codesOf({ entry, steps: [emit('A')] })).toEqual(['unbounded-loop']);
  });

  it('that an entry ends is told only where it goes through others', () => {
    const others = [journey('b', 'B', 'always', [{ start: 'cart' }])];
    const entry = { on: { event: 'A' }, again: { after: 'P7D' } };
    expect(codesOf({ entry, steps: [emit('B')] }, others)).toEqual(['mutual-start', 'mutual-start']);
    expect(codesOf({ entry, steps: [emit('A')] })).toEqual([]);
  });

  it('is none where one is only handed on', () => {
    const others = [journey('b', 'B', 'always', [{ start: 'c' }]), journey('c', 'C', 'always', [])];
    const codes = codesOf({ steps: [emit('B'), { start: 'c' }] }, others);
    expect(codes.filter((code) => /loop|start/.test(code))).toEqual([]);
  });
});
