import jsonata from 'jsonata';

/** What an expression sees: `$states`, and the variables that were assigned, by name without the dollar. */
export interface Scope {
  readonly states: { readonly [key: string]: unknown };
  readonly variables: { readonly [name: string]: unknown };
}

/** A value with JSONata inside, compiled once. */
export type Template = (scope: Scope) => Promise<unknown> | unknown;

/** Step Functions' own error for an expression that fails or gives nothing. */
export class QueryEvaluationError extends Error {
  override readonly name = 'States.QueryEvaluationError';
}

/** Compiles any JSON value: strings of the form `{% … %}` are expressions, everything else stands for itself. */
export function compileTemplate(value: unknown): Template {
  if (typeof value === 'string') return isExpression(value) ? compileExpression(value) : () => value;
  if (Array.isArray(value)) {
    const parts = value.map(compileTemplate);
    return (scope) => Promise.all(parts.map((part) => part(scope)));
  }
  if (typeof value !== 'object' || value === null) return () => value;
  const entries = Object.entries(value).map(([key, inner]) => [key, inner, compileTemplate(inner)] as const);
  if (entries.every(([, inner]) => typeof inner !== 'object' && !isExpression(inner))) return () => value;
  return async (scope) => {
    const filled: { [key: string]: unknown } = {};
    for (const [key, , template] of entries) {
      const result = template(scope);
      filled[key] = result instanceof Promise ? await result : result;
    }
    return filled;
  };
}

const isExpression = (value: unknown): boolean =>
  typeof value === 'string' && value.startsWith('{%') && value.endsWith('%}');

/** The machines of all journeys say much the same: what was compiled last, by its text. */
const compiled = new Map<string, Template>();
const mostCompiled = 2_000;

/** Compiles `{% … %}`, each text once. */
export function compileExpression(text: string): Template {
  const known = compiled.get(text);
  if (known) return known;
  const template = compile(text);
  if (compiled.size >= mostCompiled) compiled.clear();
  compiled.set(text, template);
  return template;
}

/** Paths and comparisons with a literal, which is what most states say, need no evaluator. */
function compile(text: string): Template {
  const source = text.slice(2, -2).trim();
  const direct = compilePath(source) ?? compileComparison(source);
  if (direct) return (scope) => checked(direct(scope), source);
  const expression = jsonata(source);
  expression.registerFunction('parse', (json: string) => JSON.parse(json) as unknown);
  return async (scope) => {
    let result: unknown;
    try {
      result = await expression.evaluate(undefined, { states: scope.states, ...scope.variables });
    } catch (error) {
      throw new QueryEvaluationError(`${source}: ${(error as { message?: string }).message ?? String(error)}`);
    }
    return checked(result, source);
  };
}

function checked(result: unknown, source: string): unknown {
  if (result === undefined) throw new QueryEvaluationError(`${source}: returned nothing`);
  return result;
}

function compilePath(source: string): ((scope: Scope) => unknown) | undefined {
  const match = /^\$([A-Za-z_]\w*)((?:\.[A-Za-z_]\w*)*)$/.exec(source);
  if (!match) return undefined;
  const name = match[1]!;
  const path = match[2] === '' ? [] : match[2]!.slice(1).split('.');
  return (scope) => {
    let value: unknown = name === 'states' ? scope.states : scope.variables[name];
    for (const part of path) value = (value as { [key: string]: unknown } | undefined)?.[part];
    return value;
  };
}

function compileComparison(source: string): ((scope: Scope) => unknown) | undefined {
  const match = /^(\$[\w.]+) = ("(?:[^"\\]|\\.)*")$/.exec(source);
  const left = match && compilePath(match[1]!);
  if (!left) return undefined;
  const right = JSON.parse(match[2]!) as unknown;
  return (scope) => left(scope) === right;
}
