import type { CompiledMatch, JourneyVersion } from '../definitions.ts';
import { amountAt, valuesAt, type Occurrence } from '../event/event.ts';
import { withGoalOutcome } from '../experiment/exposure.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Workspace } from '../journey/document.ts';
import { roleOf } from '../journey/roles/role-of.ts';
import { compiledMatchOnce } from '../journey/match.ts';
import type { ComputedTraits } from '../trait/computed-trait.ts';
import type { Calendars } from '../profile/holidays.ts';
import type { Profile } from '../profile/profile.ts';
import { compiledOnce, type Compiled, type View } from '../segment/compile-condition.ts';
import { stepLeaf, type Past } from '../segment/leaf.ts';
import { isDeliveryOf } from './delivery-id.ts';
import type { Enrollment, ExitReason } from './enrollment.ts';

/** What one event, or the passing of time, does to one enrollment. */
export interface Resolution {
  readonly row: Enrollment;
  /** Set where the enrollment ended. */
  readonly ended?: ExitReason;
  /** The hold was resolved or moved: whoever waits for it must be told. */
  readonly isResumed: boolean;
  readonly goalReached: boolean;
  /** Next instant at which a watched condition changes by time alone. */
  readonly watchMs: number;
}

/** Whether an event is one that a document names, for this enrollment's key and messages. */
export function isMatch(
  match: CompiledMatch,
  event: Occurrence,
  { enrollmentId, key }: Pick<Enrollment, 'enrollmentId' | 'key'>,
  zone: string,
): boolean {
  if (!match.matches(event, zone)) return false;
  if (match.of && !match.of.some((stepId) => isOfStep(event, enrollmentId, stepId))) return false;
  return match.key === undefined || (key !== undefined && keyOf(event, match.key) === key);
}

/** Whether an event reports of a message that a step of this enrollment sent, and that a person did something with. */
const isOfStep = (event: Occurrence, enrollmentId: string, stepId: string): boolean =>
  typeof event.properties['deliveryId'] === 'string' &&
  isDeliveryOf(event.properties['deliveryId'], enrollmentId, stepId) &&
  !isByMachine(event);

/** A machine's opening or click, as its report says, counts for nobody's. */
export const isByMachine = ({ properties }: Pick<Occurrence, 'properties'>): boolean =>
  properties['isMachine'] === true;

/** A key is part of a row's key, of 1,024 bytes on AWS: a journey's id and so many letters of up to three bytes fit. */
const longestKey = 300;

/** The value of a key path (`properties.cartId`) in an event, as text; `undefined` for none, and for one that no row holds. */
export function keyOf(event: Occurrence, path: readonly string[]): string | undefined {
  const value = valuesAt({ properties: event.properties, name: event.name, eventId: event.eventId }, path)[0];
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const key = String(value);
  return key === '' || key.length > longestKey ? undefined : key;
}

/** An event that enrollments hear of. */
export interface Heard {
  readonly event: Occurrence;
  /** A fact to watched conditions, as a trait that was imported; nothing else hears it. */
  readonly isSilent: boolean;
  /** What the person did before, should it come late. */
  readonly past: Past;
}

/** What is asked of one enrollment after something happened. */
export interface Happening {
  /** Absent where only time passed, or a trait was set. */
  readonly heard?: Heard;
  readonly nowMs: number;
  readonly zone: string;
  /** After facts and memberships are up to date. */
  readonly profile: Profile;
  readonly isConverted: boolean;
  readonly workspace: Workspace;
  readonly calendars: Calendars;
  readonly computed: ComputedTraits;
}

/**
 * Goals, then exits, then what a hold waits for: the order within one event.
 * @returns `undefined` where nothing changed
 */
export function resolveEnrollment(
  row: Enrollment,
  journey: JourneyVersion,
  happening: Happening,
): Resolution | undefined {
  const { nowMs, zone } = happening;
  const event = spokenOf(happening);
  const stub = happening.profile.enrollments.find((one) => one.enrollmentId === row.enrollmentId);
  let next = row;
  let goalReached = false;
  const goalUntilMs = stub?.goalUntilMs;
  if (event && journey.goal && row.goalReachedMs === undefined && goalUntilMs !== undefined && nowMs < goalUntilMs) {
    if (isMatch(journey.goal, event, row, zone)) {
      const value = happening.workspace.value;
      const worth = value === undefined ? undefined : amountAt(event, value);
      next = withGoalOutcome({ ...next, goalReachedMs: nowMs }, nowMs, worth);
      goalReached = true;
    }
  }
  if (row.status !== 'active')
    return goalReached ? { row: next, isResumed: false, goalReached, watchMs: Infinity } : undefined;

  next = stepWatches(next, journey, happening);
  const view: View = watchView(next, happening);
  const ended = exitOf(next, journey, happening, view);
  if (ended) return { row: endEnrollment(next, ended, nowMs), ended, isResumed: true, goalReached, watchMs: Infinity };

  const held = resolveHold(next, journey, happening, view);
  const watchMs = nextWatchMs(held, journey, watchView(held, happening));
  const before = stub?.watchMs ?? Infinity;
  if (held === row && watchMs === before) return undefined;
  const isResumed = held.hold !== row.hold;
  return { row: held, isResumed, goalReached, watchMs };
}

/** The event, unless it is a silent one. */
const spokenOf = ({ heard }: Happening): Occurrence | undefined => (heard?.isSilent ? undefined : heard?.event);

/** An enrollment that has ended. */
export const endEnrollment = (row: Enrollment, reason: ExitReason, nowMs: number): Enrollment => {
  const { hold: _, ...rest } = row;
  return {
    ...rest,
    status: 'exited',
    reason,
    exitedMs: nowMs,
    watches: {},
    ...(row.hold?.token && { hold: row.hold }),
  };
};

const watchView = (row: Enrollment, { profile, nowMs, zone, calendars, computed }: Happening): View => ({
  profile,
  nowMs,
  zone,
  calendars,
  computed,
  states: row.watches,
  ...(row.event && { event: row.event }),
  saved: row.saved,
});

/** Conditions watched now: the journey's exits, and the one the hold waits for. */
export function watchedConditions(row: Enrollment, journey: JourneyVersion): readonly Compiled[] {
  const awaited = holdRole(row, journey)?.watched;
  return awaited ? [...journey.exitConditions, awaited] : journey.exitConditions;
}

function holdRole(
  row: Enrollment,
  journey: JourneyVersion,
):
  | { readonly watched?: Compiled; readonly match?: CompiledMatch; readonly save?: string; readonly isMovable: boolean }
  | undefined {
  const hold = row.hold;
  if (!hold || hold.resolved) return undefined;
  const node = journey.plan.nodes.get(hold.stepId);
  if (!node) return undefined;
  const { role } = roleOf(node.step);
  // What a step looks for while its message is put off.
  if (role.role !== 'hold' && role.role !== 'act') return undefined;
  const [watched, match] = [role.watches?.(node.step), role.awaits?.(node.step)];
  const save = role.role === 'hold' ? role.saves?.(node.step) : undefined;
  return {
    ...(watched && { watched: compiledOnce(watched) }),
    ...(match && { match: compiledMatchOnce(match) }),
    ...(save !== undefined && { save }),
    isMovable: role.role === 'hold' && role.isMovable?.(node.step) === true,
  };
}

function stepWatches(row: Enrollment, journey: JourneyVersion, { heard, zone }: Happening): Enrollment {
  if (!heard) return row;
  const { event, past } = heard;
  let watches: { [key: string]: Json } | undefined;
  for (const condition of watchedConditions(row, journey)) {
    for (const leaf of condition.leaves) {
      if (!leaf.names.has(event.name)) continue;
      const before = row.watches[leaf.key];
      const after = stepLeaf(leaf, before, event, zone, past);
      if (after !== before && after !== undefined) (watches ??= { ...row.watches })[leaf.key] = after;
    }
  }
  return watches ? { ...row, watches } : row;
}

function exitOf(row: Enrollment, journey: JourneyVersion, happening: Happening, view: View): ExitReason | undefined {
  const event = spokenOf(happening);
  const { zone } = happening;
  if (journey.isAcquisition && happening.isConverted) return 'converted';
  if (event && journey.exits.some((exit) => isMatch(exit, event, row, zone))) return 'exit-event';
  return journey.exitConditions.some((condition) => condition.isTrue(view)) ? 'exit-condition' : undefined;
}

function resolveHold(row: Enrollment, journey: JourneyVersion, happening: Happening, view: View): Enrollment {
  const role = holdRole(row, journey);
  const { nowMs, zone } = happening;
  const event = spokenOf(happening);
  if (!role || !row.hold) return row;
  const isEvent = event !== undefined && role.match !== undefined && isMatch(role.match, event, row, zone);
  if (isEvent || role.watched?.isTrue(view)) {
    const saved: JsonObject =
      isEvent && role.save !== undefined ? { ...row.saved, [role.save]: savedEvent(event) } : row.saved;
    const resolved = { outcome: 'event' as const, atMs: nowMs, ...(event && { eventId: event.eventId }) };
    return { ...row, saved, hold: { ...row.hold, resolved } };
  }
  return role.isMovable ? moveHold(row, journey, happening) : row;
}

const savedEvent = (event: Occurrence): JsonObject => ({
  name: event.name,
  eventId: event.eventId,
  properties: event.properties,
});

/** A changed trait moves the wait; into the past, it ends it. A wait whose time has come is left to its timer. */
function moveHold(
  row: Enrollment,
  journey: JourneyVersion,
  { profile, nowMs, zone, workspace, calendars, computed }: Happening,
): Enrollment {
  const { hold } = row;
  const node = hold && journey.plan.nodes.get(hold.stepId);
  if (node?.role !== 'hold' || nowMs >= hold!.wakeMs) return row;
  const { role } = roleOf(node.step);
  if (role.role !== 'hold') return row;
  // A trait's date asks of nothing that has happened.
  const nothing = { states: {}, hasHappened: () => false, instantsOf: () => [] };
  const view = { profile, nowMs, zone, calendars, computed, saved: row.saved, enrollment: row, workspace, ...nothing };
  const spec = role.hold(node.step, view);
  if (spec.pass) return { ...row, hold: { ...hold!, resolved: { outcome: spec.pass, atMs: nowMs } } };
  return spec.wakeMs === hold!.wakeMs ? row : { ...row, hold: { ...hold!, wakeMs: spec.wakeMs } };
}

/** When a watched condition next changes by time alone. */
export const nextWatchMs = (row: Enrollment, journey: JourneyVersion, view: View): number =>
  watchedConditions(row, journey).reduce(
    (earliest, condition) => Math.min(earliest, condition.nextChangeMs(view)),
    Infinity,
  );
