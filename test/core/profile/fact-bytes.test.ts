import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../core/ports.ts';
import { factBytes } from '../../../core/profile/fact-bytes.ts';
import { runs } from '../../properties.ts';

const id = fc.stringMatching(/^[a-z0-9-]{1,40}$/);
const atMs = fc.integer({ min: 0, max: Date.parse('9999-12-31') });
const ofSegment: fc.Arbitrary<Fact> = fc.record({
  profileId: id,
  kind: fc.constant('segment'),
  name: id,
  atMs,
  detail: fc.record({ edge: fc.constantFrom('enter', 'leave'), of: fc.constantFrom('segment', 'audience') }),
  isOutgoing: fc.boolean(),
});
const ofEvent: fc.Arbitrary<Fact> = fc.record({
  profileId: id,
  kind: fc.constant('event'),
  name: fc.string(),
  atMs,
  detail: fc.record({ eventId: fc.string(), properties: fc.dictionary(fc.string(), fc.string({ maxLength: 2_000 })) }),
  isOutgoing: fc.boolean(),
});

describe('how long the text of facts is', () => {
  it('is never taken for less than it is, and not for much more', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(ofSegment, ofEvent), { maxLength: 30 }), (facts) => {
        const { length } = JSON.stringify(facts);
        expect(factBytes(facts)).toBeGreaterThanOrEqual(length);
        expect(factBytes(facts)).toBeLessThanOrEqual(length + 40 * facts.length);
      }),
      runs(1_000),
    );
  });
});
