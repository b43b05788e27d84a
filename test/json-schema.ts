import { isObject } from '../core/json.ts';

/** Whether a value meets a JSON Schema: the keywords that our generated schemas use, and no others. */
export function meetsSchema(value: unknown, schema: unknown, root: unknown = schema): boolean {
  if (schema === true) return true;
  if (!isObject(schema)) return false;
  return Object.entries(schema).every(([keyword, rule]) => {
    const test = keywords[keyword];
    if (!test) throw new Error(`The schema uses "${keyword}", which this reader does not know.`);
    return test(value, rule, { schema, root });
  });
}

interface Around {
  readonly schema: Record<string, unknown>;
  readonly root: unknown;
}
type Keyword = (value: unknown, rule: unknown, around: Around) => boolean;

const entries = (rule: unknown): readonly (readonly [string, unknown])[] => Object.entries(rule as object);
const always: Keyword = () => true;
const typeOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
};

const keywords: Readonly<Record<string, Keyword>> = {
  $schema: always,
  $defs: always,
  title: always,
  type: (value, rule) =>
    [rule].flat().some((type) => type === typeOf(value) || (type === 'integer' && Number.isInteger(value))),
  enum: (value, rule) => (rule as unknown[]).includes(value),
  const: (value, rule) => value === rule,
  pattern: (value, rule) => typeof value !== 'string' || new RegExp(rule as string, 'u').test(value),
  minLength: (value, rule) => typeof value !== 'string' || value.length >= Number(rule),
  minimum: (value, rule) => typeof value !== 'number' || value >= Number(rule),
  maximum: (value, rule) => typeof value !== 'number' || value <= Number(rule),
  minItems: (value, rule) => !Array.isArray(value) || value.length >= Number(rule),
  maxItems: (value, rule) => !Array.isArray(value) || value.length <= Number(rule),
  prefixItems: (value, rule, { root }) =>
    !Array.isArray(value) || value.every((item, index) => meetsSchema(item, (rule as unknown[])[index] ?? true, root)),
  items: (value, rule, { schema, root }) => {
    if (!Array.isArray(value)) return true;
    const known = Array.isArray(schema['prefixItems']) ? schema['prefixItems'].length : 0;
    return value.slice(known).every((item) => meetsSchema(item, rule, root));
  },
  required: (value, rule) => !isObject(value) || (rule as string[]).every((key) => key in value),
  properties: (value, rule, { root }) =>
    !isObject(value) || entries(rule).every(([key, part]) => !(key in value) || meetsSchema(value[key], part, root)),
  propertyNames: (value, rule, { root }) =>
    !isObject(value) || Object.keys(value).every((key) => meetsSchema(key, rule, root)),
  additionalProperties: (value, rule, { schema, root }) =>
    !isObject(value) ||
    entries(value).every(
      ([key, part]) => key in ((schema['properties'] as object | undefined) ?? {}) || meetsSchema(part, rule, root),
    ),
  anyOf: (value, rule, { root }) => (rule as unknown[]).some((option) => meetsSchema(value, option, root)),
  $ref: (value, rule, { root }) => {
    const definitions = isObject(root) && isObject(root['$defs']) ? root['$defs'] : {};
    return meetsSchema(value, definitions[String(rule).replace('#/$defs/', '')], root);
  },
};
