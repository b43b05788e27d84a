import type { Path } from '../../problem.ts';
import { propertiesOf, type TypesByPath } from './catalogue.ts';
import type { CheckInput } from './check.ts';
import { eventUses, namesIn } from './event-uses.ts';

/** A property that a document asks of events which the catalogue describes. */
export interface PropertyUse {
  readonly file: string;
  readonly path: Path;
  /** Whether the property is the key at the path and not its value. */
  readonly at: 'key' | 'value';
  readonly property: string;
  /** What is asked of it; undefined for what is only read. */
  readonly test?: unknown;
  readonly isSum?: boolean;
  readonly event: string;
  readonly properties: TypesByPath;
}

/** Every property that documents ask of an event in the catalogue. */
export const propertyUses = (input: CheckInput): readonly PropertyUse[] =>
  eventUses(input).flatMap(({ file, names, path, where, counted }) => {
    const described = namesIn(names, path).flatMap(({ name }) => {
      const properties = propertiesOf(input, name);
      return properties ? [{ event: name, properties }] : [];
    });
    const [event] = described;
    // Of several events each may carry another part of what is asked.
    if (!event || namesIn(names, path).length > 1) return [];
    return [
      ...Object.entries(where?.tests ?? {}).map(([property, test]) => ({
        file,
        path: [...(where?.path ?? []), property],
        at: 'key' as const,
        property,
        test,
        ...event,
      })),
      ...(counted ? [{ file, at: 'value' as const, ...counted, ...event }] : []),
    ];
  });
