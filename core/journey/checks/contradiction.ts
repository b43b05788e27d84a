import { canonicalJson, isObject } from '../../json.ts';

/** The tests of a condition: its keys but the one that says what is tested. */
export const testsIn = (condition: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(condition).filter(([key]) => key !== 'trait' && key !== 'value'));

/**
 * Whether no value at all can pass these tests together. A path through a list means any element, so it is said only
 * of tests that no single value passes: the caller knows whether the path can mean several.
 */
export function isContradiction(test: unknown): boolean {
  if (!isObject(test)) return false;
  const { is, isNot, exists } = test;
  const given = Object.keys(test);
  if (exists === false && given.length > 1) return true;
  const wanted = wantedOf(test);
  if (wanted?.length === 0) return true;
  const least = Math.max(boundOf(test['above']), boundOf(test['atLeast']));
  const most = -Math.max(-boundOf(test['below'], 1), -boundOf(test['atMost'], 1));
  const isOpen = test['above'] === least || test['below'] === most;
  if (least > most || (least === most && isOpen)) return true;
  if (is === undefined) return false;
  return isNot !== undefined && canonicalJson(is) === canonicalJson(isNot) ? true : !isWithin(is, test);
}

const boundOf = (value: unknown, sign = -1): number => (typeof value === 'number' ? value : sign * Infinity);

/** The values of `in` that `notIn` does not take away; undefined where every value is wanted. */
function wantedOf({ in: within, notIn, is }: Record<string, unknown>): readonly unknown[] | undefined {
  if (!Array.isArray(within)) return undefined;
  const refused = new Set(Array.isArray(notIn) ? notIn.map(canonicalJson) : []);
  const left = within.filter((one) => !refused.has(canonicalJson(one)));
  return is === undefined ? left : left.filter((one) => canonicalJson(one) === canonicalJson(is));
}

/** Whether a value that must be equalled is on the right side of the bounds beside it. */
function isWithin(is: unknown, test: Record<string, unknown>): boolean {
  const { above, atLeast, below, atMost, startsWith } = test;
  const isBound = [above, atLeast, below, atMost].some((bound) => bound !== undefined);
  if (isBound && typeof is !== 'number') return false;
  if (typeof startsWith === 'string' && (typeof is !== 'string' || !is.startsWith(startsWith))) return false;
  if (typeof is !== 'number') return true;
  return is > boundOf(above) && is >= boundOf(atLeast) && is < boundOf(below, 1) && is <= boundOf(atMost, 1);
}
