import { isObject } from '../../json.ts';

/** The sort of value that a test can hold for. */
export type TestedType = 'number' | 'text' | 'boolean';

const byOperator: Readonly<Record<string, TestedType>> = {
  above: 'number',
  atLeast: 'number',
  below: 'number',
  atMost: 'number',
  startsWith: 'text',
  matches: 'text',
  // Dates and instants are texts.
  before: 'text',
  after: 'text',
};

/** The sort of a plain value; undefined for null, lists and objects, which say nothing. */
export function typeOf(value: unknown): TestedType | undefined {
  if (typeof value === 'string') return 'text';
  return typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : undefined;
}

/** The sorts of values that a test asks for, each with the key that says so; of a plain value the key is undefined. */
export function testedTypes(test: unknown): readonly { readonly key: string | undefined; readonly type: TestedType }[] {
  if (!isObject(test)) {
    const type = typeOf(test);
    return type === undefined ? [] : [{ key: undefined, type }];
  }
  return Object.entries(test).flatMap(([key, operand]) => {
    const operands = key === 'in' || key === 'notIn' ? (Array.isArray(operand) ? operand : []) : [operand];
    const isEqual = ['is', 'isNot', 'in', 'notIn'].includes(key);
    const types = isEqual ? operands.map(typeOf) : [byOperator[key]];
    const [first] = types;
    // A list of several sorts asks for none in particular.
    return first !== undefined && types.every((type) => type === first) ? [{ key, type: first }] : [];
  });
}
