import type { Documents, EventDocument, ValidationMode } from '../journey/document.ts';
import { isObject, type Json } from '../json.ts';
import { closest, didYouMean } from '../suggest.ts';
import { readDate } from '../time/said-date.ts';
import type { Catalogue, EventProblem } from './catalogue.ts';
import { blocksAddress } from './blocking-events.ts';
import type { CallType, Message } from './event.ts';
import { ownEvents } from './own-events.ts';
import { propertyTree, type PropertyNode } from './property-tree.ts';

/** Problems of one event that are told. */
const mostProblems = 10;
/** Letters that are kept of a name which a sender made up. */
const longestName = 100;
/** Calls that are events: the others say who somebody is, which is never set aside. */
const judged: ReadonlySet<CallType> = new Set(['track', 'page', 'screen']);

type Report = (problem: EventProblem) => void;
/** Looks at a value that is there. */
type ValueCheck = (value: Json, path: string, report: Report) => void;
interface JudgedEvent {
  readonly mode: ValidationMode;
  readonly check: ValueCheck | undefined;
}

/** Compiles the catalogue to closures, once for each publication. */
export function compileCatalogue({
  workspace,
  events,
  journeys,
}: Pick<Documents, 'workspace' | 'events' | 'journeys'>): Catalogue {
  const { validation = 'off', unknown = 'off' } = workspace.events ?? {};
  const byName = new Map<string, JudgedEvent>();
  // Of two files with one name the one whose id comes first counts, as it does for the types of senders.
  for (const event of events.toSorted((a, b) => (a.id < b.id ? 1 : -1)))
    byName.set(event.name, { mode: event.validation ?? validation, check: checkOf(event) });
  const others = new Set([...ownEvents, ...namesEmitted(journeys)]);
  const names = [...byName.keys()];
  return (message) => {
    if (!judged.has(message.type)) return undefined;
    const event = byName.get(message.name);
    const mode = softened(event ? event.mode : unknown, message);
    if (mode === 'off') return undefined;
    const problems = event ? problemsOf(message, event.check) : unlisted(message, others, names);
    return problems.length === 0 ? undefined : { mode, problems };
  };
}

/** What says that an address must be left alone takes effect, whatever else is wrong with it. */
const softened = (mode: ValidationMode, { name }: Message): ValidationMode =>
  mode === 'quarantine' && blocksAddress(name) ? 'warn' : mode;

function unlisted(
  { name, type }: Message,
  others: ReadonlySet<string>,
  names: readonly string[],
): readonly EventProblem[] {
  if (others.has(name)) return [];
  const message = 'The catalogue has no event of this name.';
  return [
    { code: 'event_unknown', path: type === 'track' ? 'event' : 'type', message, ...didYouMean(closest(name, names)) },
  ];
}

function problemsOf({ type, properties }: Message, check: ValueCheck | undefined): readonly EventProblem[] {
  if (!check) return [];
  const found = new Map<string, EventProblem>();
  check(properties, 'properties', (problem) => {
    const key = `${problem.code} ${problem.path}`;
    // The intake itself puts a page's name and category among its properties.
    const isOwn =
      type !== 'track' && problem.code === 'property_unknown' && /^properties\.(name|category)$/.test(problem.path);
    if (!isOwn && found.size < mostProblems && !found.has(key)) found.set(key, problem);
  });
  return [...found.values()];
}

/** Names that `emit` steps of the journeys give to events. */
function namesEmitted(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(namesEmitted);
  if (!isObject(value)) return [];
  const { emit } = value;
  const own = isObject(emit) && typeof emit['event'] === 'string' ? [emit['event']] : [];
  return [...own, ...Object.values(value).flatMap(namesEmitted)];
}

function checkOf(event: EventDocument): ValueCheck | undefined {
  const tree = propertyTree(event);
  return tree && checkMembers(tree);
}

function checkValue(node: PropertyNode): ValueCheck {
  const { type, oneOf } = node;
  switch (type) {
    case 'text':
      return ofType((value) => typeof value === 'string', 'a text', oneOf && among(oneOf));
    case 'number':
      return ofType(
        (value) => typeof value === 'number',
        'a number',
        oneOf ? both(among(oneOf), within(node)) : within(node),
      );
    case 'boolean':
      return ofType((value) => typeof value === 'boolean', 'true or false');
    case 'date':
      return ofType(isDate, 'a date such as "2026-11-21" or an instant with a zone such as "2026-11-21T10:00:00Z"');
    case 'list':
      return checkList(node);
    case 'object':
      return ofType(isObject, 'an object', node.inside.size > 0 ? checkMembers(node) : undefined);
    case undefined: {
      const members = checkMembers(node);
      const list = each(ofType(isObject, 'an object', members));
      return (value, path, report) => {
        if (Array.isArray(value)) list(value, path, report);
        else if (isObject(value)) members(value, path, report);
        else report(wrongType(path, 'an object, or a list of objects'));
      };
    }
    default:
      return type satisfies never;
  }
}

const isDate = (value: Json): boolean => typeof value === 'string' && readDate(value, 'UTC')?.year !== undefined;

const wrongType = (path: string, must: string): EventProblem => ({
  code: 'property_type',
  path,
  message: `It must be ${must}.`,
});

function ofType(isOf: (value: Json) => boolean, must: string, then?: ValueCheck): ValueCheck {
  return (value, path, report) => {
    if (!isOf(value)) report(wrongType(path, must));
    else then?.(value, path, report);
  };
}
const both =
  (one: ValueCheck, other: ValueCheck | undefined): ValueCheck =>
  (value, path, report) => {
    one(value, path, report);
    other?.(value, path, report);
  };

function among(values: readonly (string | number)[]): ValueCheck {
  const known = new Set<Json>(values);
  const shown = values.slice(0, 10).map((value) => JSON.stringify(value));
  const message = `It must be one of ${shown.join(', ')}${values.length > 10 ? ' …' : ''}.`;
  return (value, path, report) => {
    if (!known.has(value)) report({ code: 'property_value', path, message });
  };
}

function within({ atLeast = -Infinity, atMost = Infinity }: PropertyNode): ValueCheck | undefined {
  if (atLeast === -Infinity && atMost === Infinity) return undefined;
  const bounds = [atLeast > -Infinity ? `at least ${atLeast}` : '', atMost < Infinity ? `at most ${atMost}` : ''];
  const message = `It must be ${bounds.filter((one) => one !== '').join(' and ')}.`;
  return (value, path, report) => {
    if (typeof value === 'number' && (value < atLeast || value > atMost))
      report({ code: 'property_range', path, message });
  };
}

function checkList(node: PropertyNode): ValueCheck {
  const inside = node.inside.size > 0 ? ofType(isObject, 'an object', checkMembers(node)) : undefined;
  const element = node.of ? checkValue(node.of) : inside;
  return ofType(Array.isArray, 'a list', element && each(element));
}
const each =
  (element: ValueCheck): ValueCheck =>
  (value, path, report) => {
    for (const one of value as readonly Json[]) element(one, path, report);
  };

interface Member {
  readonly name: string;
  readonly isRequired: boolean;
  readonly check: ValueCheck;
}
/** The properties of an object; null is as good as none. */
function checkMembers({ inside, isOpen }: PropertyNode): ValueCheck {
  const members = [...inside].map(([name, node]): Member => ({
    name,
    isRequired: node.isRequired,
    check: checkValue(node),
  }));
  const names = new Set(inside.keys());
  return (value, path, report) => {
    const object = value as { readonly [key: string]: Json };
    for (const { name, isRequired, check } of members) {
      const member = Object.hasOwn(object, name) ? object[name] : undefined;
      if (member !== undefined && member !== null) check(member, `${path}.${name}`, report);
      else if (isRequired) report(missing(`${path}.${name}`));
    }
    if (!isOpen) for (const name of Object.keys(object)) if (!names.has(name)) report(unknownName(path, name, names));
  };
}
const missing = (path: string): EventProblem => ({ code: 'property_missing', path, message: 'It must be there.' });
const unknownName = (path: string, name: string, names: ReadonlySet<string>): EventProblem => ({
  code: 'property_unknown',
  path: `${path}.${name.slice(0, longestName)}`,
  message: 'The catalogue does not name it.',
  ...didYouMean(closest(name, names)),
});
