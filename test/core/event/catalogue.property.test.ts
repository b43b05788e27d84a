import fc from 'fast-check';
import { expect, it } from 'vitest';
import { catalogueOf } from '../../../core/event/catalogue.ts';
import type { Properties, Property } from '../../../core/journey/document.ts';
import type { Json, JsonObject } from '../../../core/json.ts';
import { aTrack, aWorkspace, documentsOf } from '../../builders.ts';
import { runs } from '../../properties.ts';

/** A property as a catalogue writes it, a value that it allows, and values that it does not, each with what is to be told. */
interface Sample {
  readonly property: Property;
  readonly right: Json;
  /** The path is that below the property. */
  readonly wrong: readonly { readonly value: Json; readonly code: string; readonly path: string }[];
}
const leaf = (property: Property, right: Json, ...wrong: readonly (readonly [Json, string])[]): Sample => ({
  property,
  right,
  wrong: wrong.map(([value, code]) => ({ value, code, path: '' })),
});
const leaves = fc.constantFrom<Sample>(
  leaf('text', 'words', [7, 'property_type'], [['words'], 'property_type']),
  leaf('boolean', false, ['false', 'property_type']),
  leaf('date', '2026-02-28', ['2026-02-30', 'property_type'], ['--02-28', 'property_type']),
  leaf(
    { type: 'number', atLeast: 1, atMost: 9 },
    9,
    [0, 'property_range'],
    [9.5, 'property_range'],
    ['9', 'property_type'],
  ),
  leaf({ type: 'text', oneOf: ['a', 'b'] }, 'b', ['c', 'property_value']),
  leaf({ type: 'number', oneOf: [1, 2] }, 1, [3, 'property_value']),
  leaf('list', [1, 'a'], [{}, 'property_type']),
  leaf('object', { any: 1 }, [[], 'property_type']),
);
const names = ['alpha', 'beta', 'gamma'] as const;

/** An object of some samples: wrong where one of them is, lacks one that must be there, or has one that nobody named. */
function objectOf(
  members: readonly (readonly [string, Sample, boolean])[],
): Omit<Sample, 'property'> & { readonly properties: Properties } {
  const right = Object.fromEntries(members.map(([name, sample]) => [name, sample.right])) as JsonObject;
  const properties = Object.fromEntries(
    members.map(([name, { property }, required]): [string, Property] => {
      const full = typeof property === 'string' ? { type: property } : property;
      return [name, { ...full, required }];
    }),
  );
  const inner = members.flatMap(([name, { wrong }]) =>
    wrong.map(({ value, code, path }) => ({ value: { ...right, [name]: value }, code, path: `.${name}${path}` })),
  );
  const lacking = members
    .filter(([, , required]) => required)
    .map(([name]) => {
      const { [name]: _, ...value } = right;
      return { value: value as JsonObject, code: 'property_missing', path: `.${name}` };
    });
  const odd = { value: { ...right, zeta: 1 }, code: 'property_unknown', path: '.zeta' };
  return { right, properties, wrong: [...inner, ...lacking, odd] };
}
const membersOf = (sample: fc.Arbitrary<Sample>): fc.Arbitrary<readonly (readonly [string, Sample, boolean])[]> =>
  fc
    .array(fc.tuple(sample, fc.boolean()), { minLength: 1, maxLength: names.length })
    .map((list) => list.map(([one, required], index) => [names[index]!, one, required] as const));
const samples = fc.letrec<{ sample: Sample }>((tie) => ({
  sample: fc.oneof(
    { maxDepth: 3 },
    leaves,
    membersOf(tie('sample')).map((members): Sample => {
      const { properties, ...rest } = objectOf(members);
      return { property: { type: 'object', properties }, ...rest };
    }),
    fc.tuple(tie('sample'), fc.nat({ max: 2 })).map(([{ property, right, wrong }, before]): Sample => ({
      property: { type: 'list', of: property },
      right: Array.from({ length: before }, () => right),
      // The wrong one comes last: those before it say nothing.
      wrong: wrong.map((one) => ({ ...one, value: [...Array.from({ length: before }, () => right), one.value] })),
    })),
  ),
})).sample;

it('finds in any event exactly the one place that is not as the catalogue says', () => {
  const property = fc.property(membersOf(samples), (members) => {
    const { properties, right, wrong } = objectOf(members);
    const workspace = { ...aWorkspace(), events: { validation: 'warn' } } as const;
    const events = [{ id: 'any', name: 'Any', properties }];
    const judge = catalogueOf(documentsOf({ workspace, events }))!;
    expect(judge(aTrack('Any', right as JsonObject))).toBeUndefined();
    for (const { value, code, path } of wrong) {
      const found = judge(aTrack('Any', value as JsonObject))?.problems.map((one) => [one.code, one.path]);
      expect(found).toEqual([[code, `properties${path}`]]);
    }
  });
  fc.assert(property, runs(2_000));
});
