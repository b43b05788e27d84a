import type { Definitions } from '../core/definitions.ts';
import { entryRule } from '../core/journey/entry-rule.ts';
import type { Json, JsonObject } from '../core/json.ts';

/** A rule of the bus: what it lets through, and to whom. */
export interface Rule {
  readonly pattern: JsonObject;
  readonly target: string;
}

/** The rules by which events begin journeys. */
export const entryRules = ({ journeys }: Pick<Definitions, 'journeys'>): readonly Rule[] =>
  [...journeys.values()].flatMap((journey) => {
    const pattern = entryRule(journey);
    return pattern ? [{ pattern, target: journey.id }] : [];
  });

/** EventBridge's pattern rules, in one process. */
export class Bus {
  private rules: readonly Rule[];
  constructor(rules: readonly Rule[]) {
    this.rules = rules;
  }
  /** What is let through from now on. */
  replace(rules: readonly Rule[]): void {
    this.rules = rules;
  }
  /** Targets of an event, in the order of the rules. */
  targetsOf(event: JsonObject): readonly string[] {
    return this.rules.filter(({ pattern }) => isMatched(pattern, event)).map(({ target }) => target);
  }
}

/** Whether an event fits an EventBridge pattern: every field named must hold one of the values listed. */
export function isMatched(pattern: JsonObject, event: Json | undefined): boolean {
  return Object.entries(pattern).every(([key, wanted]) => {
    const value =
      typeof event === 'object' && event !== null && !Array.isArray(event) ? (event as JsonObject)[key] : undefined;
    if (!Array.isArray(wanted)) return isMatched(wanted as JsonObject, value);
    const values = Array.isArray(value) ? (value as readonly Json[]) : [value];
    return (wanted as readonly Json[]).some((one) => values.some((actual) => isOne(one, actual)));
  });
}

function isOne(wanted: Json, actual: Json | undefined): boolean {
  if (typeof wanted !== 'object' || wanted === null) return wanted === actual;
  const [[kind, operand] = []] = Object.entries(wanted as JsonObject);
  switch (kind) {
    case 'prefix':
      return typeof actual === 'string' && actual.startsWith(operand as string);
    case 'suffix':
      return typeof actual === 'string' && actual.endsWith(operand as string);
    case 'exists':
      return (actual !== undefined) === operand;
    case 'anything-but':
      return (
        actual !== undefined && !(Array.isArray(operand) ? (operand as readonly Json[]) : [operand]).includes(actual)
      );
    case 'numeric':
      return typeof actual === 'number' && isInRange(operand as readonly Json[], actual);
    default:
      throw new RangeError(`Patterns of the kind "${kind}" are not matched here.`);
  }
}

function isInRange(bounds: readonly Json[], actual: number): boolean {
  for (let at = 0; at < bounds.length; at += 2) {
    const bound = bounds[at + 1] as number;
    const holds = {
      '>': actual > bound,
      '>=': actual >= bound,
      '<': actual < bound,
      '<=': actual <= bound,
      '=': actual === bound,
    }[bounds[at] as string];
    if (!holds) return false;
  }
  return true;
}
