import { evalToken, toValueSync, TypeGuards, Value } from 'liquidjs';
import type { Context, Filter, Template } from 'liquidjs';
import { MissingValueError } from './template-failures.ts';

/**
 * Lets `default` ask for the value that stands beside it only where that is needed: `{{ a | default: b }}` prints `a`
 * where there is no `b`. Liquid evaluates what a filter is given before the filter, and would stop there.
 */
export function withLazyDefaults(templates: readonly Template[]): readonly Template[] {
  for (const template of templates) {
    for (const value of template.arguments?.() ?? []) if (value instanceof Value) makeLazy(value.filters);
    if (template.children) withLazyDefaults(toValueSync(template.children(false, true)));
  }
  return templates;
}

/** Takes the place of what stands beside `default`, to see whether it would be printed. */
const asked = Symbol('asked');

function makeLazy(filters: readonly Filter[]): void {
  const defaults = filters.filter(({ name }) => name === 'default');
  for (const filter of defaults) {
    const [beside, ...others] = filter.args;
    if (!beside || Array.isArray(beside) || !TypeGuards.isPropertyAccessToken(beside)) continue;
    const hasAnother = filter !== defaults.at(-1);
    const decide = filter.render.bind({ ...filter, args: [{ ...beside, content: asked }, ...others] });
    filter.render = function* (value: unknown, context: Context): IterableIterator<unknown> {
      const chosen: unknown = yield decide(value, context);
      if (chosen !== asked) return chosen;
      // A later default stands in for this one.
      const found: unknown = yield evalToken(beside, context, hasAnother);
      const isBlank = found === undefined || found === null || (found === '' && isGiven(beside.props, context));
      if (isBlank && !hasAnother) throw new MissingValueError(beside.getText());
      return found;
    };
  }
}

/** Whether a path begins outside the template: what it has set itself may be empty on purpose. */
function isGiven([first]: readonly object[], { environments }: Context): boolean {
  return first !== undefined && 'content' in first && Object.hasOwn(environments, String(first.content));
}
