import { closest, didYouMean } from '../../suggest.ts';
import { typeAt } from './catalogue.ts';
import type { Check } from './check.ts';
import { propertyUses } from './property-uses.ts';

/** Every property that documents ask of an event is one that the catalogue names, where it names any. */
export const unknownProperty: Check = {
  code: 'unknown-property',
  severity: 'warning',
  check: (input) =>
    propertyUses(input)
      .filter(({ properties, property }) => typeAt(properties, property) === undefined)
      .map(({ file, path, at, property, event, properties }) => ({
        file,
        path,
        at,
        message: `The catalogue names no property "${property}" of "${event}".`,
        ...didYouMean(closest(property, Object.keys(properties))),
      })),
};
