import { canonicalJson, isObject } from '../../json.ts';
import type { Documents } from '../document.ts';
import { changedKeys } from './step-changes.ts';

/** What documents beside the journeys are called, one and many of them. */
const kinds = {
  segments: 'segment',
  audiences: 'audience',
  coupons: 'coupon pool',
  tables: 'table',
  events: 'event document',
  calendars: 'calendar',
  traits: 'computed trait',
} as const;

/** What is different in the documents beside the journeys, a line each; they hold for everybody at once. */
export function documentChanges(before: Documents, after: Documents): readonly string[] {
  return [
    ...changedKeys(before.workspace, after.workspace).map(
      (key) => `In the workspace, "${key}" ${verb(before.workspace, after.workspace, key)}.`,
    ),
    ...Object.entries(kinds).flatMap(([list, kind]) => listChanges(kind, idsIn(before, list), idsIn(after, list))),
    ...listChanges('template', templatesIn(before), templatesIn(after)),
  ];
}

function verb(before: object, after: object, key: string): string {
  if (!Object.hasOwn(before, key)) return 'is new';
  return Object.hasOwn(after, key) ? 'has changed' : 'is gone';
}

type ById = ReadonlyMap<string, string>;

function idsIn(documents: Documents, list: string): ById {
  const found: unknown = new Map(Object.entries(documents)).get(list);
  const all = Array.isArray(found) ? found.filter(isObject) : [];
  return new Map(all.map((one) => [String(one['id']), canonicalJson(one)]));
}

const templatesIn = ({ templates }: Documents): ById =>
  new Map(templates.map(({ file, text }) => [file.replace(/^templates\//, ''), text]));

const listChanges = (kind: string, before: ById, after: ById): readonly string[] => [
  ...[...before.keys()].filter((id) => !after.has(id)).map((id) => `The ${kind} "${id}" is gone.`),
  ...[...after].flatMap(([id, text]) => {
    if (!before.has(id)) return [`The ${kind} "${id}" is new.`];
    return before.get(id) === text ? [] : [`The ${kind} "${id}" has changed.`];
  }),
];
