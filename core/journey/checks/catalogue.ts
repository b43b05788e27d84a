import type { Draft } from '../../draft.ts';
import { ownEvents } from '../../event/own-events.ts';
import type { Properties, Property, PropertyType } from '../document.ts';
import { emit } from '../steps/emit.ts';
import { ofKind } from '../walk.ts';
import type { CheckInput } from './check.ts';

/** The names of all events that there are; undefined where there is no catalogue, or a name in it could not be read. */
export function knownEvents({ events, journeys }: CheckInput): ReadonlySet<string> | undefined {
  const names = events.map(({ draft }) => draft.name);
  if (names.length === 0 || names.includes(undefined)) return undefined;
  const emitted = journeys.flatMap(({ steps }) => ofKind(steps, emit).map(({ step }) => step.emit?.event));
  return new Set([...names, ...emitted, ...ownEvents].filter((name) => name !== undefined));
}

/** The types of an event's properties by path; one without a type could not be read. */
export type TypesByPath = Readonly<Record<string, PropertyType | undefined>>;

/** The properties of an event as the catalogue names them; undefined where it says nothing of them. */
export function propertiesOf({ events }: CheckInput, name: string): TypesByPath | undefined {
  const properties = events.find(({ draft }) => draft.name === name)?.draft.properties;
  return properties && Object.fromEntries(typesIn(properties, ''));
}

/** All paths with their types, those inside lists and objects among them. */
const typesIn = (properties: Draft<Properties>, prefix: string): readonly [string, PropertyType | undefined][] =>
  Object.entries(properties).flatMap(([name, property]) => typesOf(property, `${prefix}${name}`));

function typesOf(property: Draft<Property> | undefined, path: string): readonly [string, PropertyType | undefined][] {
  if (typeof property !== 'object') return [[path, property]];
  // A path means the elements of a list as well as the list.
  const { of } = property;
  const inside = typeof of === 'object' ? typesOf(of, path).slice(1) : [];
  return [[path, property.type], ...inside, ...typesIn(property.properties ?? {}, `${path}.`)];
}

/** What the catalogue says of a path: a type, `inside` of a list or an object or above a named path, or undefined. */
export function typeAt(properties: TypesByPath, path: string): PropertyType | 'inside' | undefined {
  const named = properties[path];
  if (named !== undefined) return named;
  const isNear = Object.keys(properties).some((key) => key.startsWith(`${path}.`) || path.startsWith(`${key}.`));
  // A key without a value is one that could not be read.
  return isNear || path in properties ? 'inside' : undefined;
}
