import type { JourneyVersion } from '../definitions.ts';
import type { Json, JsonObject } from '../json.ts';
import { isOperators } from '../segment/operators.ts';
import type { Operators, Where } from '../segment/condition.ts';

/**
 * The bus's rule for a journey's entry: a *necessary* filter on name and on what event patterns can say exactly.
 * `enter-journey` evaluates the exact condition.
 * @returns `undefined` for entries that no event begins
 */
export function entryRule({ document }: JourneyVersion): JsonObject | undefined {
  const { on } = document.entry;
  if ('edge' in on) {
    return { source: ['sojourn'], 'detail-type': ['segment'], detail: { name: [on.segment], edge: [on.edge] } };
  }
  if ('date' in on) return { source: ['sojourn'], 'detail-type': ['date'], detail: { name: [document.id] } };
  if ('schedule' in on) return { source: ['sojourn'], 'detail-type': ['schedule'], detail: { name: [document.id] } };
  if (!('event' in on)) return undefined;
  const names = typeof on.event === 'string' ? [on.event] : [...on.event];
  const properties = patternOf(on.where ?? {});
  return { source: ['sojourn'], 'detail-type': ['event'], detail: { name: names, ...(properties && { properties }) } };
}

/** Description of a journey's rule: by it the rule is found again, whoever made it. */
export const entryRuleSays = (journeyId: string): string =>
  `May begin the journey "${journeyId}": a necessary filter; enter-journey evaluates the exact condition.`;

/** What a journey's rule makes of a fact: `<kind>` and `<detail>` stand for what the fact is and says. */
export const entryMessage = (journeyId: string): string =>
  `{"journeyId":${JSON.stringify(journeyId)},"kind":"<kind>","detail":<detail>}`;

/** Where a fact's kind and what it says are found in an event of the bus. */
export const factPaths = { kind: '$.detail-type', detail: '$.detail' } as const;

/** How long and how often a rule tries to hand a fact over: a day. */
export const ruleRetries = { maximumRetryAttempts: 185, maximumEventAgeInSeconds: 86_400 } as const;

/** Only tests of top-level properties that patterns express exactly; the others are left to the exact condition. */
function patternOf(where: Where): JsonObject | undefined {
  const fields = Object.entries(where).flatMap(([path, wanted]) => {
    if (path.includes('.')) return [];
    const pattern = isOperators(wanted) ? operatorPattern(wanted) : scalarPattern(wanted as Json);
    return pattern ? [[path, pattern] as const] : [];
  });
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}

const isScalar = (value: Json | undefined): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
const scalarPattern = (value: Json): readonly Json[] | undefined => (isScalar(value) ? [value] : undefined);

function operatorPattern(operators: Operators): readonly Json[] | undefined {
  if (Object.keys(operators).length !== 1) return undefined;
  const { is, in: among, startsWith, above, atLeast, below, atMost } = operators;
  if (is !== undefined) return scalarPattern(is);
  if (among?.every(isScalar)) return among;
  if (startsWith !== undefined) return [{ prefix: startsWith }];
  const bound =
    above !== undefined
      ? ['>', above]
      : atLeast !== undefined
        ? ['>=', atLeast]
        : below !== undefined
          ? ['<', below]
          : atMost !== undefined
            ? ['<=', atMost]
            : undefined;
  return bound && [{ numeric: bound }];
}
