import type { EventDocument, Properties, Property, PropertyType } from '../journey/document.ts';

/** The properties of an event as a tree: what a path names stands where the path leads. */
export interface PropertyNode {
  /** Absent where only something inside is named: an object, or a list of such objects. */
  type?: PropertyType;
  isRequired: boolean;
  description?: string;
  deprecated?: string;
  oneOf?: readonly (string | number)[];
  atLeast?: number;
  atMost?: number;
  /** What each element of a list is. */
  of?: PropertyNode;
  isOpen: boolean;
  readonly inside: Map<string, PropertyNode>;
}

const emptyNode = (): PropertyNode => ({ isRequired: false, isOpen: false, inside: new Map() });

/** What an event of the catalogue carries; undefined where the catalogue says nothing of it. */
export function propertyTree({ properties, additional }: EventDocument): PropertyNode | undefined {
  if (!properties) return undefined;
  const root: PropertyNode = { ...emptyNode(), type: 'object', isOpen: additional ?? false };
  put(root, properties);
  return root;
}

/** Puts properties where their paths lead; a path sorts behind those that lead to it. */
function put(root: PropertyNode, properties: Properties): void {
  for (const path of Object.keys(properties).sort()) {
    let node = root;
    for (const name of path.split('.')) {
      while (node.of) node = node.of;
      const next = node.inside.get(name) ?? emptyNode();
      node.inside.set(name, next);
      node = next;
    }
    describe(node, properties[path]!);
  }
}

function describe(node: PropertyNode, property: Property): void {
  if (typeof property === 'string') {
    node.type = property;
    return;
  }
  const { type, required, description, deprecated, oneOf, atLeast, atMost, of, properties, additional } = property;
  node.type = type;
  node.isRequired = required ?? false;
  node.isOpen = additional ?? false;
  if (description !== undefined) node.description = description;
  if (deprecated !== undefined) node.deprecated = deprecated;
  if (oneOf !== undefined) node.oneOf = oneOf;
  if (atLeast !== undefined) node.atLeast = atLeast;
  if (atMost !== undefined) node.atMost = atMost;
  if (of !== undefined) describe((node.of = emptyNode()), of);
  if (properties) put(node, properties);
}
