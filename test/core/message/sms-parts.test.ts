import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countSmsParts } from '../../../core/message/sms-parts.ts';
import { runs } from '../../properties.ts';

describe('countSmsParts', () => {
  it.each([
    ['', 'gsm-7', 0, 0],
    ['Hello', 'gsm-7', 5, 1],
    ['a'.repeat(160), 'gsm-7', 160, 1],
    ['a'.repeat(161), 'gsm-7', 161, 2],
    ['a'.repeat(306), 'gsm-7', 306, 2],
    ['a'.repeat(307), 'gsm-7', 307, 3],
    ['€'.repeat(80), 'gsm-7', 160, 1],
    ['€'.repeat(81), 'gsm-7', 162, 2],
    ['äöñüàèéùìòÇØøÅåΔΩ', 'gsm-7', 17, 1],
    ['ā', 'ucs-2', 1, 1],
    ['Привет'.repeat(11) + 'abcd', 'ucs-2', 70, 1],
    ['Привет'.repeat(11) + 'abcde', 'ucs-2', 71, 2],
    ['👍'.repeat(35), 'ucs-2', 70, 1],
    ['`', 'ucs-2', 1, 1],
  ] as const)('counts "%s"', (text, encoding, units, parts) => {
    expect(countSmsParts(text)).toEqual({ encoding, units, parts });
  });

  it('ends no part inside an escape sequence', () => {
    // 76 euro signs fill 152 of 153 septets of a part; the next needs two.
    expect(countSmsParts('€'.repeat(153))).toMatchObject({ units: 306, parts: 3 });
  });

  it('ends no part inside a surrogate pair', () => {
    // 33 pairs fill 66 of 67 units of a part.
    expect(countSmsParts('👍'.repeat(67))).toMatchObject({ units: 134, parts: 3 });
  });

  it('never needs fewer parts for a longer text in one encoding', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', '€', 'é', '{'), maxLength: 700 });
    fc.assert(
      fc.property(letters, (text) => {
        expect(countSmsParts(`${text}a`).parts).toBeGreaterThanOrEqual(countSmsParts(text).parts);
      }),
      runs(2_000),
    );
  });
});
