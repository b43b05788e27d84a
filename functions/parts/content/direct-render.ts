import { Output, TokenKind, toValue, toValueSync, TypeGuards } from 'liquidjs';
import type { Context, Emitter, Filter, Liquid, Template } from 'liquidjs';
import { MissingValueError, UnfitMessageError } from './template-failures.ts';

/** One template node as an ordinary function; what it gives back is printed. */
type Step = (ctx: Context, emitter: Emitter) => unknown;

/**
 * Runs the templates of an engine by ordinary functions where Liquid goes through generators, which for a mail of 80
 * outputs is three quarters of its time. Plain outputs, `{{ path.to.value | filter: "literal" }}`, and static text are
 * read directly; all else is Liquid's own. A test renders with and without, and compares.
 */
export function renderDirectly(engine: Liquid): void {
  const plans = new WeakMap<readonly Template[], readonly Step[]>();
  const renderTemplates = (templates: Template[], ctx: Context, emitter: Emitter = new TextEmitter()): unknown => {
    let plan = plans.get(templates);
    if (!plan) plans.set(templates, (plan = templates.map(stepFor)));
    // The limit counts steps and printed characters, so that a template stops at the same point on every machine.
    ctx.memoryLimit.use(plan.length);
    for (const step of plan) {
      const text = printed(step(ctx, emitter));
      if (text !== '') {
        ctx.memoryLimit.use(text.length);
        emitter.write(text);
      }
      if (ctx.breakCalled || ctx.continueCalled) break;
    }
    return 'buffer' in emitter ? emitter.buffer : undefined;
  };
  Object.assign(engine.renderer, { renderTemplates });
}

class TextEmitter {
  buffer = '';
  write(text: unknown): void {
    this.buffer += printed(text);
  }
}

/** A value as Liquid prints it; an object is refused, for nobody wants to read "[object Object]". */
export function printed(value: unknown): string {
  if (typeof value === 'string') return value;
  const plain: unknown = toValue(value);
  if (plain === undefined || plain === null) return '';
  if (Array.isArray(plain)) return plain.map(printed).join('');
  if (typeof plain === 'object') throw new UnfitMessageError('A value is an object where a text is needed.');
  return String(plain);
}

function stepFor(template: Template): Step {
  if (template.token.kind === TokenKind.HTML && 'getContent' in template.token) {
    const text = template.token.getContent;
    if (typeof text === 'function') {
      const content = String(text.call(template.token));
      return () => content;
    }
  }
  const read = template instanceof Output ? directRead(template) : undefined;
  return read ?? ((ctx, emitter) => toValueSync(template.render(ctx, emitter)));
}

function directRead({ value }: Output): Step | undefined {
  const [token, ...others] = value.initial.postfix;
  if (others.length > 0 || !TypeGuards.isPropertyAccessToken(token) || token.variable) return undefined;
  const path = token.props.map((prop) => ('content' in prop ? prop.content : undefined));
  if (!path.every((name) => typeof name === 'string' || typeof name === 'number')) return undefined;
  const filters = value.filters.map(directFilter);
  if (!filters.every((filter) => filter !== undefined)) return undefined;
  const isLenient = value.filters[0]?.name === 'default';
  return (ctx) => {
    let result = readPath(ctx, path, isLenient);
    for (const filter of filters) result = filter(result, ctx);
    return result;
  };
}

function readPath(ctx: Context, path: readonly (string | number)[], isLenient: boolean): unknown {
  let found = ctx['findScope'](String(path[0]));
  for (let index = 0; index < path.length; index += 1) {
    found = ctx.readProperty(found, path[index] ?? '');
    if (found === undefined) {
      if (isLenient) return null;
      throw new MissingValueError(path.join('.'));
    }
  }
  return found;
}

function directFilter(filter: Filter): ((value: unknown, ctx: Context) => unknown) | undefined {
  const args: unknown[] = [];
  for (const arg of filter.args) {
    if (Array.isArray(arg) || !('content' in arg)) return undefined;
    args.push(arg.content);
  }
  const handler = filter['handler'];
  const { liquid, token } = { liquid: filter['liquid'], token: filter['token'] };
  return (value, context) => {
    const result: unknown = handler.apply({ context, token, liquid }, [value, ...args]);
    // Some of Liquid's own filters are generators.
    return typeof result === 'object' && result !== null ? toValueSync(result as never) : result;
  };
}
