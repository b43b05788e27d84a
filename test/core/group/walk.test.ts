import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newGroup, type Group } from '../../../core/group/group.ts';
import { readWalk, walkAfter } from '../../../core/group/walk.ts';
import { runs } from '../../properties.ts';

const nowMs = Date.UTC(2026, 0, 5);
const mentions = new Map([['company', new Set(['plan', 'seats'])]]);
const at = { parts: 3, nowMs };
const acme = newGroup({ type: 'company', groupId: 'acme' });
const withTraits = (group: Group, traits: Group['traits']): Group => ({ ...group, traits });
const set = (value: string | number | null, id = 'm1') => ({ value, ms: nowMs, id });

describe('a change of a group', () => {
  it.each([
    ['sets a trait that is asked for', {}, { plan: set('large') }, 3],
    ['takes it away', { plan: set('large') }, { plan: set(null, 'm2') }, 3],
    ['says the same of it later', { plan: set('large') }, { plan: set('large', 'm2') }, 0],
    ['takes away what it never had', {}, { plan: set(null) }, 0],
    ['sets a trait that nobody asks for', {}, { city: set('Paris') }, 0],
    ['pushes one out that is asked for', { plan: set('large') }, {}, 3],
  ])('that %s', (_, before, after, rows) => {
    const { group, due } = walkAfter(withTraits(acme, before), withTraits(acme, after), 7, mentions, at);
    expect(due).toHaveLength(rows);
    expect(group.walk).toEqual(rows === 0 ? undefined : { version: 7, beganMs: nowMs, parts: [0, 1, 2] });
  });

  it('waits for the walk that is on, unless that was lost', () => {
    const walking = { ...acme, walk: { version: 3, beganMs: nowMs - 3_599_999, parts: [2] } };
    const waits = walkAfter(walking, withTraits(walking, { plan: set('large') }), 7, mentions, at);
    expect(waits.due).toEqual([]);
    expect(waits.group.walk).toEqual({ ...walking.walk, isAgain: true });
    const lost = { ...acme, walk: { ...walking.walk, beganMs: nowMs - 3_600_000 } };
    const begins = walkAfter(lost, withTraits(lost, { plan: set('large') }), 7, mentions, at);
    expect(begins.due).toHaveLength(3);
    expect(begins.group.walk).toEqual({ version: 7, beganMs: nowMs, parts: [0, 1, 2] });
  });
});

describe('the row of a walk', () => {
  it('says which group it is of, whatever its id', () => {
    const groupId = fc.string({
      unit: fc.constantFrom('a', '/', '#', '%', ':', '2', '3', '5', ' ', 'é'),
      minLength: 1,
    });
    const property = fc.property(groupId, fc.nat({ max: 1e6 }), (id, version) => {
      const group = newGroup({ type: 'company', groupId: id });
      const { due } = walkAfter(group, withTraits(group, { plan: set('large') }), version, mentions, at);
      for (const [part, row] of due.entries()) {
        expect(row.profileId).not.toContain('#');
        expect(readWalk(row)).toEqual({ group: { type: 'company', groupId: id }, version, part });
      }
      expect(readWalk({ profileId: 'p1', subject: due[0]!.subject })).toBeUndefined();
    });
    fc.assert(property, runs(1_000));
  });
});
