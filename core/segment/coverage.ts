import type { Definitions, Rule } from '../definitions.ts';
import { idOf } from '../hash.ts';
import type { Documents, Journey } from '../journey/document.ts';
import { saidOfMentions } from '../group/mentions.ts';
import { canonicalJson } from '../json.ts';
import type { Profile } from '../profile/profile.ts';
import type { Condition } from './condition.ts';
import type { RankTables } from '../trait/rank-table.ts';
import { ranksOf, saidOfRank } from '../trait/ranks.ts';
import type { Leaf } from './leaf.ts';

/** Something that documents say, and with which filling it came to be true of people. */
export interface Covered {
  readonly since: number;
  /** When that was published: whatever becomes true later is news. */
  readonly atMs: number;
  /** This filling asks it anew of everybody, who are asked by it all the while: the calendar that it goes by is another. */
  readonly asked?: number;
  /** What it says. */
  readonly of: string;
}
export interface CoveredLeaf {
  /** From this filling on its state is kept. */
  readonly since: number;
  /** This filling makes its state anew: it is to remember more than before, or less. */
  readonly seeded: number;
  readonly reach: number;
}

/**
 * What the people of a home have been filled with. Each publication that asks something else of people has a number, and
 * each profile the number that it was filled to: until then, what is newer is neither kept nor asked of it.
 */
export interface Coverage {
  readonly number: number;
  /** The last number that asks something else of everybody, where those since are of new tables alone: whoever is filled to it is behind nothing. */
  readonly published?: number;
  /** The latest tables of ranks, which are read with what is published, and the number of their filling. */
  readonly ranks?: RankTables;
  readonly ranked?: number;
  /** What the ranks go by: a pass that counts has the number of a coverage, and counts for all of them. */
  readonly ranking?: string;
  /** The zone in which events are read. */
  readonly zone: string;
  readonly leaves: { readonly [key: string]: CoveredLeaf };
  /** `<kind>/<id>` of segments and audiences. */
  readonly rules: { readonly [name: string]: Covered };
  readonly conversion: Covered;
  /** By which dates journeys begin, and by which holidays and computed traits they go. */
  readonly dates: Covered;
  /** Which traits of groups they ask for. */
  readonly groups?: Covered;
}

/** Of people who were known before anybody wrote down what they are filled with. */
export const unknownCoverage: Coverage = {
  number: 0,
  zone: '',
  leaves: {},
  rules: {},
  conversion: { since: 0, atMs: 0, of: '' },
  dates: { since: 0, atMs: 0, of: '' },
};

export const nameOf = ({ kind, id }: Pick<Rule, 'kind' | 'id'>): string => `${kind}/${id}`;

/**
 * What people are to be filled with once documents are published.
 * @param before absent where there are no people yet: nobody has anything to catch up with
 */
export function coverageAfter(
  before: Coverage | undefined,
  documents: Documents,
  definitions: Definitions,
  nowMs: number,
): Coverage {
  const next = { number: (before?.number ?? -1) + 1, atMs: nowMs };
  const isOtherZone = before !== undefined && before.zone !== documents.workspace.timeZone;
  const after: Coverage = {
    number: next.number,
    zone: documents.workspace.timeZone,
    leaves: leavesAfter(before, definitions, next.number),
    rules: rulesAfter(before, saidBy(documents, definitions), definitions, { ...next, isOtherZone }),
    conversion: covered(before?.conversion, idOf('conversion', canonicalJson(documents.workspace.conversion)), next),
    dates: covered(before?.dates, datesOf(documents, definitions), next),
    groups: covered(before?.groups ?? unknownCoverage.dates, saidOfMentions(definitions.groupTraits), next),
    ...rankingOf(definitions),
    ...(before?.ranks && { ranks: before.ranks }),
    ...(before?.ranked !== undefined && { ranked: before.ranked }),
  };
  return before && isSame(before, after) ? before : after;
}

function rankingOf(definitions: Definitions): Pick<Coverage, 'ranking'> {
  const ranks = ranksOf(definitions);
  return ranks.length === 0 ? {} : { ranking: idOf(...ranks.map((one) => saidOfRank(one, definitions)).toSorted()) };
}

/** A publication: its number, and when it is made. */
export interface Next {
  readonly number: number;
  readonly atMs: number;
}
export const covered = (standing: Covered | undefined, of: string, { number, atMs }: Next): Covered =>
  standing?.of === of ? standing : { since: number, atMs, of };

function leavesAfter(standing: Coverage | undefined, { leaves }: Definitions, next: number): Coverage['leaves'] {
  const all = [...leaves.values()].map(({ key, reach }): [string, CoveredLeaf] => {
    const one = standing?.leaves[key];
    if (!one) return [key, { since: next, seeded: next, reach }];
    // Until then, what remembers too much is right, and what remembers too little is right for those who asked before.
    return [key, { ...one, reach, ...(reach !== one.reach && { seeded: next }) }];
  });
  return Object.fromEntries(all);
}

/** A rule is of the filling by which all that it rests on is: its own words, its leaves, and the segments it asks. */
function rulesAfter(
  standing: Coverage | undefined,
  said: ReadonlyMap<string, string>,
  { rules, leaves }: Definitions,
  next: Next & { readonly isOtherZone: boolean },
): Coverage['rules'] {
  const after: { [name: string]: Covered } = {};
  const isNew = (leaf: Leaf): boolean => {
    const one = standing?.leaves[leaf.key];
    return one === undefined || leaf.reach > one.reach || !leaves.has(leaf.key);
  };
  for (const rule of rules) {
    const name = nameOf(rule);
    const was = standing?.rules[name];
    const isMoved = [...rule.condition.segments].some(
      (id) => after[nameOf({ kind: 'segment', id })]?.since === next.number,
    );
    const of = said.get(name) ?? '';
    const isKept = was?.of === of && !isMoved && !rule.condition.leaves.some(isNew);
    after[name] = isKept ? (next.isOtherZone ? { ...was, asked: next.number } : was) : covered(undefined, of, next);
  }
  return after;
}

function saidBy(documents: Documents, definitions: Definitions): ReadonlyMap<string, string> {
  const { segments, audiences, calendars } = documents;
  const days = canonicalJson(calendars);
  const traitsIn = new Map(definitions.rules.map((rule) => [nameOf(rule), rule.condition.traits]));
  // Other holidays are another rule to whoever asks for them, and other traits to whoever reads them.
  const saying = (rule: string, when: Condition): string => {
    const text =
      canonicalJson(when) +
      [...(traitsIn.get(rule) ?? [])].map((name) => saidOfTrait(name, documents, definitions)).join('');
    return text.includes('"holiday":') ? idOf(text, days) : idOf(text);
  };
  return new Map([
    ...segments.map(({ id, when }) => {
      const name = nameOf({ kind: 'segment', id });
      return [name, saying(name, when)] as const;
    }),
    ...audiences.map(({ id, when, use }) => {
      const name = nameOf({ kind: 'audience', id });
      return [name, idOf(use, saying(name, when))] as const;
    }),
  ]);
}

/** What documents say of a computed trait; nothing of one that is given. */
function saidOfTrait(name: string, documents: Documents, definitions: Definitions): string {
  const { traits, workspace } = documents;
  if (name === 'stage' && workspace.stages) return canonicalJson([workspace.stages, traits]);
  const document = traits.find(({ id }) => id === name);
  return document
    ? canonicalJson(document) +
        [...(definitions.computed.get(name)?.parts ?? [])]
          .map((part) => saidOfTrait(part, documents, definitions))
          .join('')
    : '';
}

const entryOf = ({ id, entry }: Journey): string => canonicalJson([id, entry.on]);
function datesOf({ journeys, calendars, workspace, traits }: Documents, { dateEntries }: Definitions): string {
  const ids = new Set(dateEntries.map(({ id }) => id));
  const entries = journeys.filter(({ id }) => ids.has(id)).map(entryOf);
  // Conditions that are watched ask for holidays too, and for traits.
  const isAsked = (text: string): boolean => journeys.some((journey) => JSON.stringify(journey).includes(text));
  const isComputed = traits.length > 0 || workspace.stages !== undefined;
  const asksTraits = isComputed && ['"trait":', '"dayOf":', 'profile.traits.'].some(isAsked);
  const said = asksTraits ? [...entries, canonicalJson([traits, workspace.stages ?? {}])] : entries;
  if (said.length === 0 && !isAsked('"holiday":')) return '';
  return idOf('dates', workspace.timeZone, canonicalJson(calendars), ...said);
}

/** Whether nobody has anything to catch up with: the numbers aside, both say the same. */
function isSame(before: Coverage, after: Coverage): boolean {
  const isNewer = ({ since, asked = 0 }: Covered | (CoveredLeaf & { readonly asked?: never })): boolean =>
    Math.max(since, asked) > before.number;
  const { leaves, rules, conversion, dates, groups = unknownCoverage.dates } = after;
  if (before.ranking !== after.ranking) return false;
  if (Object.keys(before.leaves).some((key) => !Object.hasOwn(leaves, key))) return false;
  if (Object.keys(before.rules).some((name) => !Object.hasOwn(rules, name))) return false;
  if (Object.values(leaves).some((leaf) => isNewer(leaf) || leaf.seeded > before.number)) return false;
  return ![...Object.values(rules), conversion, dates, groups].some(isNewer);
}

/** Whether a profile is behind what is published. */
export const isBehind = ({ filled = 0 }: Pick<Profile, 'filled'>, { coverage }: Definitions): boolean =>
  filled < (coverage.published ?? coverage.number);

/** The rules that can be asked of a profile now. */
export function rulesOf(profile: Profile, rules: readonly Rule[], definitions: Definitions): readonly Rule[] {
  if (!isBehind(profile, definitions)) return rules;
  const { filled = 0 } = profile;
  return rules.filter((rule) => (definitions.coverage.rules[nameOf(rule)]?.since ?? 0) <= filled);
}

/** The leaves whose states a profile keeps now. */
export function leavesOf(profile: Profile, leaves: readonly Leaf[], definitions: Definitions): readonly Leaf[] {
  if (!isBehind(profile, definitions)) return leaves;
  const { filled = 0 } = profile;
  return leaves.filter((leaf) => (definitions.coverage.leaves[leaf.key]?.since ?? 0) <= filled);
}

/** What a profile is yet to be filled with. */
export interface Missing {
  /** Leaves whose states are to be made of the history. */
  readonly leaves: readonly Leaf[];
  /** Rules that were published since, each with when that was; the earliest publication first. */
  readonly rules: readonly { readonly atMs: number; readonly rules: readonly Rule[] }[];
  /** Rules that are to be asked again. */
  readonly again: readonly Rule[];
  /** Whether events of before may have converted the person. */
  readonly isConversion: boolean;
  /** Whether holidays may be on other days than those of which the person's enrollments know. */
  readonly isDated: boolean;
  /** Whether tables are others than those by which the person's ranks were read. */
  readonly isRanked: boolean;
}
export function missingOf({ filled = 0 }: Profile, { coverage, leaves, rules }: Definitions): Missing {
  const coveredBy = (rule: Rule): Covered | undefined => coverage.rules[nameOf(rule)];
  const isNewer = (rule: Rule): boolean => (coveredBy(rule)?.since ?? 0) > filled;
  const published = Map.groupBy(rules.filter(isNewer), (rule) => coveredBy(rule)?.atMs ?? 0);
  return {
    leaves: [...leaves.values()].filter((leaf) => (coverage.leaves[leaf.key]?.seeded ?? 0) > filled),
    rules: [...published].map(([atMs, all]) => ({ atMs, rules: all })).toSorted((a, b) => a.atMs - b.atMs),
    again: rules.filter((rule) => !isNewer(rule) && (coveredBy(rule)?.asked ?? 0) > filled),
    isConversion: coverage.conversion.since > filled,
    isDated: coverage.dates.since > filled,
    isRanked: (coverage.ranked ?? 0) > filled,
  };
}

/** Names of the events that a profile's filling asks for. */
export function namesToRead(
  { leaves, rules, isConversion }: Missing,
  { conversion }: Definitions,
): ReadonlySet<string> {
  const ofRules = rules.flatMap((one) => one.rules.flatMap(({ condition }) => condition.leaves));
  const names = [...leaves, ...ofRules].flatMap((leaf) => [...leaf.names]);
  return new Set([...names, ...(isConversion ? conversion.flatMap((match) => [...match.names]) : [])]);
}
