import { isObject, type Json, type JsonObject } from '../../json.ts';
import type { Operators, Where } from '../../segment/condition.ts';
import { isOperators } from '../../segment/operators.ts';
import type { AbstractEvent } from './facts.ts';

/** A value that passes the tests; `undefined` where none is known, or where none must be there. */
function passing(test: Json | Operators): Json | undefined {
  if (!isOperators(test)) return test;
  const { is, in: among, above, atLeast, below, atMost, contains, startsWith, exists } = test;
  if (is !== undefined) return is;
  if (among?.[0] !== undefined) return among[0];
  if (atLeast !== undefined) return atLeast;
  if (above !== undefined) return above + 1;
  if (atMost !== undefined) return atMost;
  if (below !== undefined) return below - 1;
  if (contains !== undefined) return contains;
  if (startsWith !== undefined) return startsWith;
  return exists === true ? 'there' : undefined;
}

/** Properties with a value at a path such as `address.city`. */
export function withValue(properties: JsonObject, path: readonly string[], value: Json): JsonObject {
  const [name, ...rest] = path;
  if (name === undefined) return properties;
  const inner = properties[name];
  return {
    ...properties,
    [name]: rest.length === 0 ? value : withValue(isObject(inner) ? (inner as JsonObject) : {}, rest, value),
  };
}

const valuesOf = (where: Where | undefined): JsonObject =>
  Object.entries(where ?? {}).reduce<JsonObject>((sum, [path, test]) => {
    const value = passing(test);
    return value === undefined ? sum : withValue(sum, path.split('.'), value);
  }, {});

/** Properties of an event that is what it is taken for. */
export const propertiesOf = ({ where }: AbstractEvent): JsonObject => valuesOf(where);
