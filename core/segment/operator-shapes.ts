import { isObject } from '../json.ts';
import { either, keys, leaf, map, ruled, type Complaint } from '../shape.ts';
import { anything, moment, number, pattern, text, values, yesOrNo } from '../values.ts';

/** The keys that test a value. */
export const operatorShape = {
  is: anything.optional(),
  isNot: anything.optional(),
  in: values.optional(),
  notIn: values.optional(),
  exists: yesOrNo.optional(),
  contains: anything.optional(),
  startsWith: text().optional(),
  matches: pattern.optional(),
  above: number.optional(),
  atLeast: number.optional(),
  below: number.optional(),
  atMost: number.optional(),
  before: moment.optional(),
  after: moment.optional(),
};
const operatorNames = Object.keys(operatorShape);
/** Whether a value's test says nothing. */
export const needsTest = (value: object): Complaint | undefined => {
  if (operatorNames.some((name) => name in value)) return undefined;
  const sentence = `This tests nothing. Add one of ${operatorNames.map((name) => `"${name}"`).join(', ')}.`;
  return { code: 'missing-test', must: 'a test', sentence };
};
const operators = ruled(keys('a test such as { "above": 100 }', operatorShape), needsTest);
const plainValue = leaf(
  (value) => {
    if (!Array.isArray(value)) return undefined;
    return { code: 'wrong-type', must: 'one value or a test; for any of several write { "in": [ … ] }' };
  },
  { type: ['string', 'number', 'boolean', 'null'] },
);
/** Property paths with the value or the test that each must meet. */
export const where = map(
  'property paths with their values, such as { "category": "Bikes" }',
  either((value) => (isObject(value) ? operators : plainValue), [plainValue, operators]),
);
