import { compileCondition, compileShared, type Compiled } from './segment/compile-condition.ts';
import type { Leaf } from './segment/leaf.ts';
import { unknownCoverage, type Coverage } from './segment/coverage.ts';
import { compileWhere } from './segment/operators.ts';
import {
  defaultRetention,
  stages,
  type Audience,
  type CouponPool,
  type Documents,
  type EventMatch,
  type Goal,
  type HolidayCalendar,
  type Journey,
  type Segment,
  type Workspace,
} from './journey/document.ts';
import type { ComputedTraits } from './trait/computed-trait.ts';
import { compileTraits, withTraits, type StageRule } from './trait/compile-traits.ts';
import type { TraitDocument } from './trait/trait-document.ts';
import type { Condition } from './segment/condition.ts';
import { compilePlan, type Plan } from './journey/plan.ts';
import { identityRules, type IdentityRules } from './profile/identity-rules.ts';
import { catalogueOf, type Catalogue } from './event/catalogue.ts';
import type { Occurrence } from './event/event.ts';
import { groupMentions, type GroupMentions } from './group/mentions.ts';
import { canonicalJson } from './json.ts';
import { idOf } from './hash.ts';
import { parseDuration } from './time/duration.ts';

/** Whether an event is one of those that a document names. */
export type Matcher = (event: Occurrence, zone: string) => boolean;

export interface CompiledSegment {
  readonly id: string;
  readonly name: string;
  /** As it is written. */
  readonly when: Condition;
  readonly condition: Compiled;
  /** What becomes of those whom a filling finds to be members. */
  readonly backfill?: Segment['backfill'];
}
export interface CompiledAudience extends CompiledSegment {
  readonly use: Audience['use'];
}

/** An event that ends, resolves or counts; with `key`, its value must equal the enrollment's. */
export interface CompiledMatch {
  readonly names: ReadonlySet<string>;
  readonly matches: Matcher;
  readonly key?: readonly string[];
  /** Steps of the enrollment whose messages it must be about. */
  readonly of?: readonly string[];
}

/** One published version of a journey: pinned by every enrollment that enters it. */
export interface JourneyVersion {
  readonly id: string;
  /** Hash of the document. */
  readonly version: string;
  readonly document: Journey;
  readonly plan: Plan;
  readonly exits: readonly CompiledMatch[];
  readonly exitConditions: readonly Compiled[];
  readonly goal?: CompiledMatch & { readonly within: string };
  readonly entry?: CompiledMatch;
  readonly entryWhen?: Compiled;
  readonly isAcquisition: boolean;
  /** Names of the events that may end, resolve or count for an enrollment of this version. */
  readonly listens: ReadonlySet<string>;
  /** Whether something watched can change with traits or consent. */
  readonly watchesProfile: boolean;
}

/** Everything that is published, compiled for use. */
export interface Definitions {
  readonly hash: string;
  readonly workspace: Workspace;
  readonly segments: readonly CompiledSegment[];
  readonly audiences: readonly CompiledAudience[];
  readonly journeys: ReadonlyMap<string, JourneyVersion>;
  /** Pools by id; on AWS without their codes, which lie in rows of their own. */
  readonly coupons: ReadonlyMap<string, CouponPool>;
  /** Ids of the tables. */
  readonly tables: ReadonlySet<string>;
  readonly conversion: readonly CompiledMatch[];
  /** Rules of the life-cycle stages, the first stage first. */
  readonly stages: readonly StageRule[];
  /** Documents of computed traits, by id. */
  readonly traits: ReadonlyMap<string, TraitDocument>;
  readonly computed: ComputedTraits;
  /** Names of the events that can change a computed trait. */
  readonly computedNames: ReadonlySet<string>;
  /** Leaves of segments and audiences to step, by event name. */
  readonly leavesByName: ReadonlyMap<string, readonly Leaf[]>;
  readonly leaves: ReadonlyMap<string, Leaf>;
  /** Those of them whose states only the order of events makes. */
  readonly orderedLeaves: readonly Leaf[];
  /** Rules (segments, then audiences) that an event of this name can change, in order of dependency. */
  readonly rulesByName: ReadonlyMap<string, readonly Rule[]>;
  /** Rules that traits, consent or identifiers can change. */
  readonly profileRules: readonly Rule[];
  readonly rules: readonly Rule[];
  /** What people are to be filled with. */
  readonly coverage: Coverage;
  /** Event name → journeys that it may begin. */
  readonly entriesByName: ReadonlyMap<string, readonly JourneyVersion[]>;
  /** `<segment>/<edge>` → journeys that it may begin. */
  readonly entriesByEdge: ReadonlyMap<string, readonly JourneyVersion[]>;
  /** Journeys that a date of the person begins. */
  readonly dateEntries: readonly JourneyVersion[];
  /** Segment → journeys that a schedule begins for its members. */
  readonly schedulesBySegment: ReadonlyMap<string, readonly JourneyVersion[]>;
  /** Country, in small letters → its holidays. */
  readonly calendars: ReadonlyMap<string, HolidayCalendar>;
  readonly identity: IdentityRules;
  /** Traits of groups that documents ask for. */
  readonly groupTraits: GroupMentions;
  /** Holds events against their catalogue; absent where nobody asks. */
  readonly catalogue?: Catalogue;
  /** Longest window of a frequency cap, in days rounded up: how long slots are kept. */
  readonly longestCapMs: number;
  /** How long events are kept, from their receipt. */
  readonly retentionMs: number;
}

/** A segment or an audience as the evaluator sees it. */
export interface Rule {
  readonly kind: 'segment' | 'audience';
  readonly id: string;
  readonly condition: Compiled;
  readonly use?: Audience['use'];
}

/** Names everything that documents say: the same documents have the same hash. */
export const hashOf = (documents: Documents): string =>
  idOf(
    'definitions',
    canonicalJson({ ...documents, templates: documents.templates.map(({ file, text }) => [file, text]) }),
  );

/**
 * Compiles checked documents.
 * @param hash where it is known: documents that were published carry it, and their templates' text no more
 * @param coverage absent where there is nobody to be filled with what is new
 * @throws RangeError for documents that `check` refuses
 */
export function publish(
  documents: Documents,
  hash: string = hashOf(documents),
  coverage: Coverage = unknownCoverage,
): Definitions {
  const { workspace } = documents;
  const stageRules = stages.flatMap((stage) => {
    const when = workspace.stages?.[stage];
    return when === undefined ? [] : [{ stage, condition: compileShared(when) }];
  });
  const computed = compileTraits(documents.traits, stageRules, coverage.ranks);
  const compileRule = (when: Condition): Compiled => withTraits(compileShared(when), computed);
  const segments = inOrderOfDependency(documents.segments, compileRule).map((segment): CompiledSegment => ({
    id: segment.id,
    name: segment.name,
    when: segment.when,
    condition: compileRule(segment.when),
    ...(segment.backfill && { backfill: segment.backfill }),
  }));
  const audiences = documents.audiences.map((audience): CompiledAudience => ({
    id: audience.id,
    name: audience.name,
    when: audience.when,
    use: audience.use,
    condition: compileRule(audience.when),
  }));
  const rules: Rule[] = [
    ...segments.map(({ id, condition }): Rule => ({ kind: 'segment', id, condition })),
    ...audiences.map((audience): Rule => ({
      kind: 'audience',
      id: audience.id,
      condition: audience.condition,
      use: audience.use,
    })),
  ];
  const catalogue = catalogueOf(documents);
  const journeys = new Map(documents.journeys.map((journey) => [journey.id, compileJourney(journey)]));
  return {
    hash,
    workspace,
    segments,
    audiences,
    journeys,
    coupons: new Map(documents.coupons.map((pool) => [pool.id, pool])),
    tables: new Set(documents.tables.map(({ id }) => id)),
    conversion: workspace.conversion.map((match) => compileMatch(match)),
    stages: stageRules,
    traits: new Map(documents.traits.map((trait) => [trait.id, trait])),
    computed,
    computedNames: new Set([...computed.values()].flatMap(({ names }) => [...names])),
    coverage,
    ...indexRules(rules, [...stageRules.map(({ condition }) => condition), ...computed.values()]),
    ...indexEntries([...journeys.values()]),
    calendars: new Map(documents.calendars.map((calendar) => [calendar.id.toLowerCase(), calendar])),
    identity: identityRules(workspace.identity),
    groupTraits: groupMentions(documents),
    ...(catalogue && { catalogue }),
    retentionMs: generousMs(workspace.retention ?? defaultRetention),
    longestCapMs: Math.max(0, ...(workspace.frequencyCaps ?? []).map((cap) => generousMs(cap.within))),
  };
}

/** An upper bound of a duration's length, so that nothing needed is forgotten across clock changes. */
function generousMs(text: string): number {
  const duration = parseDuration(text);
  if (!duration) throw new RangeError(`Not a duration: ${text}`);
  const days = duration.months * 31 + duration.days;
  return (days + (days > 0 ? 1 : 0)) * 86_400_000 + duration.timeMs;
}

/** Compiles one journey; the same document always has the same version. */
export function compileJourney(document: Journey): JourneyVersion {
  const plan = compilePlan(document);
  const exits = (document.exit ?? []).flatMap((exit) => ('on' in exit ? [compileMatch(exit.on)] : []));
  const exitConditions = (document.exit ?? []).flatMap((exit) => ('when' in exit ? [compileCondition(exit.when)] : []));
  const goal = document.goal && compileGoal(document.goal);
  const watched = [...exitConditions, ...plan.watched];
  const isEvent = 'event' in document.entry.on;
  return {
    id: document.id,
    version: idOf('journey', canonicalJson(document)),
    document,
    plan,
    exits,
    exitConditions,
    ...(goal && { goal }),
    ...(isEvent && { entry: compileMatch(document.entry.on as EventMatch) }),
    ...(document.entry.when && { entryWhen: compileCondition(document.entry.when) }),
    isAcquisition: document.kind === 'acquisition',
    listens: new Set([
      ...exits.flatMap((exit) => [...exit.names]),
      ...(goal ? goal.names : []),
      ...plan.awaited,
      ...watched.flatMap((condition) => [...condition.names]),
    ]),
    watchesProfile: watched.some((condition) => condition.readsProfile || condition.segments.size > 0),
  };
}

const compileGoal = (goal: Goal): CompiledMatch & { readonly within: string } => ({
  ...compileMatch(goal.on),
  within: goal.within,
});

/** Compiles an event name (or several), `where` and `key`. */
export function compileMatch(match: Pick<EventMatch, 'event' | 'where' | 'key' | 'of' | 'ofAny'>): CompiledMatch {
  const names = new Set(typeof match.event === 'string' ? [match.event] : match.event);
  const where = compileWhere(match.where);
  const of = match.ofAny ?? (match.of === undefined ? [] : [match.of]);
  return {
    names,
    matches: (event, zone) => names.has(event.name) && where(event.properties, { nowMs: event.occurredMs, zone }),
    ...(match.key !== undefined && { key: match.key.split('.') }),
    ...(of.length > 0 && { of }),
  };
}

/** Segments after those that they mention; `check` has refused cycles. */
function inOrderOfDependency(
  segments: readonly Segment[],
  compileRule: (when: Condition) => Compiled,
): readonly Segment[] {
  const byId = new Map(segments.map((segment) => [segment.id, segment]));
  const ordered: Segment[] = [];
  const visited = new Set<string>();
  const visit = (segment: Segment): void => {
    if (visited.has(segment.id)) return;
    visited.add(segment.id);
    for (const id of compileRule(segment.when).segments) {
      const other = byId.get(id);
      if (other) visit(other);
    }
    ordered.push(segment);
  };
  segments.forEach(visit);
  return ordered;
}

type RuleIndex = Pick<
  Definitions,
  'rules' | 'leaves' | 'orderedLeaves' | 'leavesByName' | 'rulesByName' | 'profileRules'
>;
/** @param others whose states are kept though they are no rules: stages and computed traits */
function indexRules(rules: readonly Rule[], others: readonly Pick<Compiled, 'leaves'>[]): RuleIndex {
  const conditions = [...rules.map((rule) => rule.condition), ...others];
  const leaves = new Map<string, Leaf>();
  for (const leaf of conditions.flatMap((condition) => condition.leaves))
    if (leaf.reach >= (leaves.get(leaf.key)?.reach ?? 0)) leaves.set(leaf.key, leaf);
  const leavesByName = new Map<string, Leaf[]>();
  for (const leaf of leaves.values()) for (const name of leaf.names) pushTo(leavesByName, name, leaf);

  // A rule that mentions a segment changes with whatever changes that segment; order is already by dependency.
  const namesOf = new Map<string, ReadonlySet<string>>();
  const readers = new Set<string>();
  const rulesByName = new Map<string, Rule[]>();
  const profileRules: Rule[] = [];
  for (const rule of rules) {
    const names = new Set(rule.condition.names);
    let readsProfile = rule.condition.readsProfile;
    for (const id of rule.condition.segments) {
      for (const name of namesOf.get(id) ?? []) names.add(name);
      readsProfile ||= readers.has(id);
    }
    if (rule.kind === 'segment') namesOf.set(rule.id, names);
    if (rule.kind === 'segment' && readsProfile) readers.add(rule.id);
    for (const name of names) pushTo(rulesByName, name, rule);
    if (readsProfile) profileRules.push(rule);
  }
  const orderedLeaves = [...leaves.values()].filter(({ ordered }) => ordered);
  return { rules, leaves, orderedLeaves, leavesByName, rulesByName, profileRules };
}

type EntryIndex = Pick<Definitions, 'entriesByName' | 'entriesByEdge' | 'dateEntries' | 'schedulesBySegment'>;
function indexEntries(journeys: readonly JourneyVersion[]): EntryIndex {
  const entriesByName = new Map<string, JourneyVersion[]>();
  const entriesByEdge = new Map<string, JourneyVersion[]>();
  const schedulesBySegment = new Map<string, JourneyVersion[]>();
  for (const journey of journeys) {
    for (const name of journey.entry?.names ?? []) pushTo(entriesByName, name, journey);
    const { on } = journey.document.entry;
    if ('edge' in on) pushTo(entriesByEdge, `${on.segment}/${on.edge}`, journey);
    if ('schedule' in on) pushTo(schedulesBySegment, on.segment, journey);
  }
  const dateEntries = journeys.filter((journey) => 'date' in journey.document.entry.on);
  return { entriesByName, entriesByEdge, dateEntries, schedulesBySegment };
}

function pushTo<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const standing = map.get(key);
  if (standing) standing.push(value);
  else map.set(key, [value]);
}
