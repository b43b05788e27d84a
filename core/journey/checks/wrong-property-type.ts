import type { PropertyType } from '../document.ts';
import { typeAt } from './catalogue.ts';
import type { Check } from './check.ts';
import { propertyUses } from './property-uses.ts';
import { testedTypes, type TestedType } from './tested-type.ts';

const holds: Readonly<Record<PropertyType | 'inside', TestedType | undefined>> = {
  text: 'text',
  date: 'text',
  number: 'number',
  boolean: 'boolean',
  list: undefined,
  object: undefined,
  inside: undefined,
};

/** What documents ask of a property can hold for the type that the catalogue gives it. */
export const wrongPropertyType: Check = {
  code: 'wrong-property-type',
  severity: 'error',
  check: (input) =>
    propertyUses(input).flatMap(({ file, path, property, test, isSum, event, properties }) => {
      const declared = typeAt(properties, property);
      const held = declared && holds[declared];
      if (held === undefined) return [];
      const asked = isSum ? [{ key: undefined, type: 'number' as const }] : testedTypes(test);
      return asked
        .filter(({ type }) => type !== held)
        .map(({ key, type }) => ({
          file,
          path: key === undefined ? path : [...path, key],
          message: `This asks "${property}" of "${event}" for a ${type}, but the catalogue says that it is a ${declared}.`,
        }));
    }),
};
