import type { Documents } from '../journey/document.ts';
import { canonicalJson } from '../json.ts';

/** Type → traits of groups of that type that documents ask for. */
export type GroupMentions = ReadonlyMap<string, ReadonlySet<string>>;

const mention = /\bgroups\.([a-z][a-z0-9_-]{0,39})\.([\w$-]+)/g;

/**
 * Which traits of groups documents ask for, wherever they are named: in conditions, waits and texts, as
 * `groups.company.plan`. A name that only looks like one costs a copy and changes nothing.
 */
export function groupMentions({
  segments,
  audiences,
  journeys,
  traits,
  workspace,
  templates,
}: Pick<Documents, 'segments' | 'audiences' | 'journeys' | 'traits' | 'workspace' | 'templates'>): GroupMentions {
  const mentions = new Map<string, Set<string>>();
  const documents = [...segments, ...audiences, ...journeys, ...traits, workspace];
  const texts = [...documents.map((one) => canonicalJson(one)), ...templates.map(({ text }) => text)];
  for (const text of texts)
    for (const [, type = '', trait = ''] of text.matchAll(mention)) {
      const ofType = mentions.get(type);
      if (ofType) ofType.add(trait);
      else mentions.set(type, new Set([trait]));
    }
  return mentions;
}

/** Names as text: equal where the same is asked. */
export const saidOf = (names: ReadonlySet<string>): string => [...names].toSorted().join(' ');

/** All that is asked of groups, as text. */
export const saidOfMentions = (mentions: GroupMentions): string =>
  [...mentions]
    .map(([type, names]) => `${type}: ${saidOf(names)}`)
    .toSorted()
    .join('; ');

/** What `saidOfMentions` says. */
export const readMentions = (said: string): GroupMentions =>
  new Map(
    said.split('; ').flatMap((one): [string, Set<string>][] => {
      const [type = '', names] = one.split(': ');
      return names === undefined ? [] : [[type, new Set(names.split(' '))]];
    }),
  );
