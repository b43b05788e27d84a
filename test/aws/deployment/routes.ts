import type { Templates } from './template.ts';

/** Name of the function that answers a request of the HTTP API: the most specific route wins. */
export function functionBehind(templates: Templates, method: string, path: string): string {
  const routes = templates.ofType('AWS::ApiGatewayV2::Route').map(([, { Properties = {} }]) => {
    const [verb = '', pattern = ''] = templates.text(Properties['RouteKey']).split(' ');
    return { verb, pattern, target: templates.text(Properties['Target']) };
  });
  const [found] = routes
    .filter(({ verb, pattern }) => verb === method && expressionOf(pattern).test(path))
    .toSorted((a, b) => vagueness(a.pattern) - vagueness(b.pattern));
  if (!found) throw new RangeError(`The template has no route for ${method} ${path}.`);
  const integrations = templates.ofType('AWS::ApiGatewayV2::Integration');
  const [, to] = integrations.find(([id]) => found.target === `integrations/${templates.physical(id).ref}`)!;
  const arn = templates.text(to.Properties!['IntegrationUri']);
  const [id] = templates
    .ofType('AWS::Lambda::Function')
    .find(([one]) => templates.physical(one).attributes['Arn'] === arn)!;
  return templates.functionOf(id);
}

const expressionOf = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replace(/\{\w+\+\}/g, '.+').replace(/\{\w+\}/g, '[^/]+')}$`);
/** What takes up all that follows is the last resort; else the fewest variables win. */
const vagueness = (pattern: string): number => (pattern.includes('+}') ? 100 : 0) + pattern.split('{').length;
