import type { Definitions, Rule } from '../definitions.ts';
import type { Occurrence, StoredEvent } from '../event/event.ts';
import { saidOf } from '../group/mentions.ts';
import { quietGroupsSubject } from '../group/subjects.ts';
import type { Json } from '../json.ts';
import { seedStates } from '../segment/compile-condition.ts';
import { isBehind, missingOf, namesToRead } from '../segment/coverage.ts';
import type { Leaf } from '../segment/leaf.ts';
import type { Edge } from '../segment/settle.ts';
import { isConversion } from './apply-event.ts';
import type { Draft } from './draft.ts';
import { ownValue, type Profile } from './profile.ts';

/** An event of a history, with when it came in. */
type Came = Occurrence & Pick<StoredEvent, 'receivedMs'>;

/** Whether somebody has something to catch up with; nothing is made of the past of those who were erased. */
export const isToBeFilled = (profile: Profile, definitions: Definitions): boolean =>
  !profile.isErased && isBehind(profile, definitions);

/**
 * Brings a person up to what is published: states that are new are made of their history, rules that are new are asked, and
 * what is published no more is forgotten. What the rules find is told to journeys only where a segment says so.
 * @param past events by name, oldest first
 */
export function fillUp(draft: Draft, profileId: string, past: (names: ReadonlySet<string>) => readonly Came[]): void {
  const profile = draft.profile(profileId);
  const { definitions } = draft.around;
  const missing = missingOf(profile, definitions);
  const names = namesToRead(missing, definitions);
  const history = names.size === 0 ? [] : past(names);
  const conditions = refilled(profile, missing.leaves, definitions, history);
  draft.set({ ...profile, filled: definitions.coverage.number });
  const isForgotten = forget(draft, profile, definitions);
  // First of all: who converted was never in an acquisition audience that is published now.
  const isNews = missing.isConversion && convert(draft, profile, history);
  const edges = missing.rules.flatMap((published) => settleAsOf(draft, profile, { ...published, conditions, history }));
  draft.set({ ...draft.profile(profile.profileId), conditions });
  // What became true since it was published is told as ever.
  const rules = [...missing.rules.flatMap((published) => published.rules), ...missing.again];
  const wanted = new Set(rules);
  const now = isNews ? definitions.rules : definitions.rules.filter((rule) => wanted.has(rule));
  const news = draft.settle(profile.profileId, now, false);
  askForGroups(draft, profile);
  const isReread = missing.isDated || missing.isRanked;
  const isRead = isReread || (definitions.computed.size > 0 && missing.leaves.length > 0);
  const isProfileChanged = isNews || isForgotten || isRead || edges.length + news.length > 0;
  draft.resolve(profile.profileId, undefined, { isProfileChanged, isRewatched: isReread });
}

/** Whoever changes a group may go by documents of before for so long, and look at no member for what is newly asked. */
const outdatedMs = 60_000;
/** Traits of groups that are newly asked for are read soon, by a row of their own. */
function askForGroups(draft: Draft, { profileId, groups }: Profile): void {
  const { groupTraits } = draft.around.definitions;
  const isBehind = ([type, names]: readonly [string, ReadonlySet<string>]): boolean => {
    const standing = ownValue(groups, type);
    return standing !== undefined && standing.copy?.asked !== saidOf(names);
  };
  if ([...groupTraits].some(isBehind)) draft.dueAt(profileId, quietGroupsSubject, draft.around.nowMs + outdatedMs);
}

/** Finds conversions among what happened before they were declared. @returns whether that is news */
function convert(draft: Draft, { profileId, convertedMs }: Profile, history: readonly Came[]): boolean {
  const [first] = history
    .filter((event) => isConversion(event, draft.around.definitions))
    .toSorted((a, b) => a.occurredMs - b.occurredMs);
  if (!first) return false;
  draft.set({ ...draft.profile(profileId), convertedMs: Math.min(convertedMs ?? Infinity, first.occurredMs) });
  if (convertedMs !== undefined) return false;
  draft.fact(profileId, 'conversion', first.name, { eventId: first.eventId }, false);
  return true;
}

interface Published {
  readonly atMs: number;
  readonly rules: readonly Rule[];
  /** States as they are now. */
  readonly conditions: Profile['conditions'];
  readonly history: readonly Came[];
}
/** Asks rules as of their publication, by what had come in by then: that is no news, unless a segment says so. */
function settleAsOf(draft: Draft, profile: Profile, { atMs, rules, conditions, history }: Published): readonly Edge[] {
  const { definitions } = draft.around;
  const since = history.filter(({ receivedMs }) => receivedMs > atMs);
  const isMoved = (leaf: Leaf): boolean => since.some(({ name }) => leaf.names.has(name));
  const moved = rules
    .flatMap(({ condition }) => condition.leaves)
    .flatMap(({ key }) => definitions.leaves.get(key) ?? [])
    .filter(isMoved);
  const before = history.filter(({ receivedMs }) => receivedMs <= atMs);
  draft.set({
    ...draft.profile(profile.profileId),
    conditions: refilled({ ...profile, conditions }, moved, definitions, before),
  });
  return draft.settle(profile.profileId, rules, isQuiet(definitions), atMs);
}

/** States of the leaves that there are: those that are missing anew, and the others as they stand. */
function refilled(
  { conditions }: Profile,
  leaves: readonly Leaf[],
  definitions: Definitions,
  history: readonly Came[],
): Profile['conditions'] {
  const states: { [key: string]: Json } = {};
  for (const [key, state] of Object.entries(conditions)) if (definitions.leaves.has(key)) states[key] = state;
  for (const leaf of leaves) delete states[leaf.key];
  return Object.assign(states, seedStates(leaves, history, definitions.workspace.timeZone));
}

/** Memberships of what is published no more end without a word to journeys. @returns whether there were any */
function forget(draft: Draft, { profileId, segments, audiences }: Profile, { rules }: Definitions): boolean {
  let isAny = false;
  for (const [of, standing] of [['segment', segments] as const, ['audience', audiences] as const]) {
    const known = new Set(rules.filter(({ kind }) => kind === of).map(({ id }) => id));
    const gone = Object.keys(standing).filter((id) => !known.has(id));
    if (gone.length === 0) continue;
    isAny = true;
    const kept = Object.fromEntries(Object.entries(standing).filter(([id]) => known.has(id)));
    draft.set({ ...draft.profile(profileId), [of === 'segment' ? 'segments' : 'audiences']: kept });
    for (const id of gone) draft.fact(profileId, 'segment', id, { edge: 'leave', of }, false);
  }
  return isAny;
}

/** Whether a membership that a filling finds is kept from journeys: unless its segment says `enter`. */
function isQuiet({ segments }: Definitions): (edge: Edge) => boolean {
  const entering = new Set(segments.filter(({ backfill }) => backfill === 'enter').map(({ id }) => id));
  return ({ kind, id, edge }) => kind !== 'segment' || edge !== 'enter' || !entering.has(id);
}
