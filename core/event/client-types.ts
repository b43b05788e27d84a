import type { EventDocument } from '../journey/document.ts';
import { propertyTree, type PropertyNode } from './property-tree.ts';

/** Where the types are used: `server` fits `@segment/analytics-node`, `web` fits the browser's `track(event, properties)`. */
export const clientKinds = ['server', 'web'] as const;
export type ClientKind = (typeof clientKinds)[number];

/**
 * TypeScript for whoever sends the events of the catalogue: an interface of each event's properties, all of them by
 * name, and the `track` that takes these events alone. The same catalogue gives the same text.
 */
export function clientTypes(events: readonly EventDocument[], client: ClientKind): string {
  const named = nameTypes(events);
  return [
    '// Made by `sojourn types` from the catalogue in events/. Do not edit it: change the catalogue and make it anew.\n',
    ...named.map(({ event, typeName }) => eventInterface(event, typeName)),
    catalogue(named),
    client === 'server' ? serverTrack : webTrack,
  ].join('\n');
}

interface NamedEvent {
  readonly event: EventDocument;
  readonly typeName: string;
}

/** One event per name, in the order of names. */
function nameTypes(events: readonly EventDocument[]): readonly NamedEvent[] {
  const byName = new Map(events.toSorted((a, b) => order(b.id, a.id)).map((event) => [event.name, event]));
  const used = new Map<string, number>();
  return [...byName.values()]
    .sort((a, b) => order(a.name, b.name))
    .map((event) => {
      const base = pascalCase(event.name);
      const count = (used.get(base) ?? 0) + 1;
      used.set(base, count);
      // A number stands between marks that no name made of words has, so that no other name can be the same.
      return { event, typeName: `${base}${count === 1 ? '' : `$${count}`}Properties` };
    });
}

/** By code unit, which is the same on every machine. */
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** `Order Completed` → `OrderCompleted`: letters that every compiler knows and digits, and no digit first. */
function pascalCase(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? [];
  const joined = words.map((word) => word.replace(/^./u, (first) => first.toUpperCase())).join('');
  const plain = [...joined]
    .filter((sign) => /[\u0000-\u1fff\u3040-\ud7a3]/.test(sign) && /\p{ID_Continue}/u.test(sign))
    .join('');
  return /^\p{ID_Start}/u.test(plain) ? plain : `Event${plain}`;
}

function eventInterface(event: EventDocument, typeName: string): string {
  const tree = propertyTree(event);
  const notes = comment(
    [`"${event.name}"${event.description === undefined ? '' : `: ${event.description}`}`, ownerOf(event)],
    event.deprecated,
    '',
  );
  return `${notes}export interface ${typeName} ${tree ? objectType(tree, '') : anyObject}\n`;
}

const ownerOf = ({ owner }: EventDocument): string | undefined => owner && `Owner: ${owner}`;

const anyObject = '{\n  [property: string]: unknown;\n}';

function objectType({ inside, isOpen }: PropertyNode, indent: string): string {
  const deeper = `${indent}  `;
  const lines = [...inside].map(([name, node]) => {
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name);
    const type = typeOf(node, deeper);
    const member = node.isRequired ? `${key}: ${type};` : `${key}?: ${type} | undefined;`;
    return `${comment([node.description], node.deprecated, deeper)}${deeper}${member}\n`;
  });
  if (isOpen) lines.push(`${deeper}[property: string]: unknown;\n`);
  return lines.length === 0 ? '{}' : `{\n${lines.join('')}${indent}}`;
}

function typeOf(node: PropertyNode, indent: string): string {
  if (node.oneOf) return node.oneOf.map(literal).join(' | ');
  switch (node.type) {
    case 'text':
      return 'string';
    case 'number':
    case 'boolean':
      return node.type;
    case 'date':
      return 'string | Date';
    case 'object':
      return objectOr('{ [property: string]: unknown }', node, indent);
    case 'list':
      return `readonly (${node.of ? typeOf(node.of, indent) : objectOr('unknown', node, indent)})[]`;
    case undefined: {
      const one = objectType(node, indent);
      return `${one} | readonly ${one}[]`;
    }
    default:
      return node.type satisfies never;
  }
}

const objectOr = (otherwise: string, node: PropertyNode, indent: string): string =>
  node.inside.size === 0 ? otherwise : objectType(node, indent);

/** A text or a number as TypeScript writes it. */
const literal = (value: string | number): string => JSON.stringify(value);

/** A doc comment, or nothing where there is nothing to say. */
function comment(notes: readonly (string | undefined)[], deprecated: string | undefined, indent: string): string {
  const lines = [...notes, deprecated && `@deprecated ${deprecated}`]
    .filter((note) => note !== undefined)
    .flatMap((note) => note.split(/[\r\n\u2028\u2029]+/))
    .map((line) => line.trim().replaceAll('*/', '*\\/'))
    .filter((line) => line !== '');
  if (lines.length === 0) return '';
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}\n`).join('')}${indent} */\n`;
}

const catalogue = (named: readonly NamedEvent[]): string => `/** Properties by the name of the event. */
export interface Catalogue {
${named.map(({ event, typeName }) => `  ${literal(event.name)}: ${typeName};\n`).join('')}}
export type EventName = keyof Catalogue;
`;

const serverTrack = `/** Whom a call is about. */
export type Person =
  | { userId: string; anonymousId?: string | undefined }
  | { userId?: undefined; anonymousId: string };
/** One track call: what \`analytics.track\` of @segment/analytics-node takes, and the body of POST /v1/track. */
export type Track<Name extends EventName = EventName> = {
  [Each in Name]: Person & {
    event: Each;
    messageId?: string;
    timestamp?: string | Date;
    context?: { [key: string]: unknown };
  } & ({} extends Catalogue[Each] ? { properties?: Catalogue[Each] } : { properties: Catalogue[Each] });
}[Name];
/** A client that takes these events alone: \`const analytics: TypedClient = new Analytics({ … })\`. */
export interface TypedClient {
  track(call: Track): unknown;
}
`;

const webTrack = `/** What follows the name of an event: its properties, which may be left out where none must be there. */
export type Rest<Name extends EventName> = {} extends Catalogue[Name]
  ? [properties?: Catalogue[Name], options?: object]
  : [properties: Catalogue[Name], options?: object];
/** A client that takes these events alone: \`const analytics: TypedClient = AnalyticsBrowser.load({ … })\`. */
export interface TypedClient {
  track<Name extends EventName>(event: Name, ...rest: Rest<Name>): unknown;
}
`;
