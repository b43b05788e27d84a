import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutPeople } from '../../../core/privacy/lake-lines.ts';
import { runs } from '../../properties.ts';

const person = fc.constantFrom('ana', 'ana-2', 'bo', 'an', 'cy_3');
const key = fc.oneof(
  person.map((id) => `p#${id}`),
  person.map((id) => `n#${id}`),
  fc.constant('i#email:ana@shop.example'),
);
const row = fc.record(
  {
    pk: key,
    sk: fc.oneof(
      person.map((id) => `x#${id}`),
      fc.constantFrom('a', 'e#m1'),
    ),
    pp: person,
    o: person,
    b: fc.record({ says: person, traits: fc.dictionary(person, person) }),
    n: fc.integer(),
  },
  { requiredKeys: ['pk', 'sk'] },
);

/** By the words of the docs: a row of theirs, one that leads to them, or what a merge with them has kept. */
const isAbout = ({ pk, sk, pp, o }: { pk: string; sk: string; pp?: string; o?: string }, ids: readonly string[]) =>
  ids.some((id) => pk === `p#${id}` || sk === `x#${id}` || pp === id || o === id);

describe('the lines of the lake', () => {
  it('lose those about some people, and no other', () => {
    fc.assert(
      fc.property(fc.array(row), fc.uniqueArray(person), (rows, ids) => {
        const lines = rows.map((one) => `${JSON.stringify(one)}\n`);
        const kept = rows.map((one) => !isAbout(one as never, ids));
        const { text, taken } = withoutPeople(lines.join(''), new Set(ids));
        expect(text).toBe(lines.filter((_, index) => kept[index]).join(''));
        expect(taken).toBe(kept.filter((one) => !one).length);
      }),
      runs(5_000),
    );
  });

  it('lose what cannot be read where it mentions one of them', () => {
    const lines = '{"pk":"p#ana"\n{"pk":"p#bo"\n[1]\n';
    expect(withoutPeople(lines, new Set(['ana']))).toEqual({ text: '{"pk":"p#bo"\n[1]\n', taken: 1 });
  });
});
