import { journeySubject, type Stops } from '../control/stop.ts';
import type { JourneyVersion } from '../definitions.ts';
import type { Occurrence, StoredEvent } from '../event/event.ts';
import { idOf } from '../hash.ts';
import type { Change, Loaded } from '../ports.ts';
import { isConversion } from '../profile/apply-event.ts';
import { Draft, type Surroundings } from '../profile/draft.ts';
import { ownValue, type EnrollmentStub } from '../profile/profile.ts';
import { seedStates, type View } from '../segment/compile-condition.ts';
import { viewOf, zoneOf } from '../segment/view.ts';
import { addDuration } from '../time/duration.ts';
import type { Enrollment, EntryGuard, EntryRefusal } from './enrollment.ts';
import { drawHoldouts, newEnrollment, stubOf, whatEndedIt } from './new-enrollment.ts';
import { repairDelayMs } from './parking.ts';
import { keyOf } from './resolve.ts';
import { staleMs } from './stale.ts';

/** What may begin a journey for a person. */
export interface Trigger {
  readonly kind: 'event' | 'segment' | 'api' | 'start' | 'date' | 'schedule';
  /** The same trigger has the same id, however often it is delivered. */
  readonly triggerId: string;
  /** Of a date or a round of a schedule: which one it is. The person meets it once, also where two people turn out to be one. */
  readonly once?: string;
  /** Of a schedule: the round it is part of. */
  readonly round?: string;
  readonly event?: Occurrence;
  /** Which one was entered or left. */
  readonly segment?: { readonly id: string; readonly edge: string };
  /** Given by an API entry. */
  readonly key?: string;
  /** When it was accepted. */
  readonly atMs: number;
  /** Where many are handled one after the other: when that began. */
  readonly takenUpMs?: number;
  /** The profile it was accepted under, and the version that made. */
  readonly profileId: string;
  readonly version: number;
  /** Ids of events accepted after it in the same commit. */
  readonly then?: readonly string[];
}

export interface EntryInput extends Surroundings {
  readonly loaded: Loaded;
  readonly journey: JourneyVersion;
  readonly trigger: Trigger;
  readonly guard: EntryGuard | undefined;
  /** The enrollment of this trigger, if it was made before. */
  readonly standing: Enrollment | undefined;
  /** Events that the entry's conditions may ask about, oldest first. */
  readonly history: readonly Occurrence[];
  /** Events accepted after the trigger, in order of acceptance. */
  readonly after: readonly StoredEvent[];
  readonly stops: Stops;
}
export type EntryAnswer =
  | { readonly kind: 'entered'; readonly enrollment: Enrollment }
  | { readonly kind: 'refused'; readonly reason: EntryRefusal };
export interface EntryDecision {
  readonly change?: Change;
  readonly answer: EntryAnswer;
}

/** Active enrollments per person and journey, and per person. */
export const mostPerJourney = 20;
export const mostPerProfile = 50;

/**
 * The id of the enrollment that a trigger makes: the same however often it is delivered. It begins with the trigger's
 * time, so that rows of the same hour lie side by side in any ordered store; an API call may be repeated at another time.
 */
export const enrollmentIdOf = (
  journeyId: string,
  { kind, triggerId, atMs }: Pick<Trigger, 'kind' | 'triggerId' | 'atMs'>,
): string =>
  `e_${kind === 'event' || kind === 'segment' ? sortedBy(atMs) : ''}${idOf('enrollment', journeyId, triggerId)}`;
const sortedBy = (ms: number): string => ms.toString(36).padStart(9, '0');

/** Ids under which the enrollment of a trigger may stand, of a person who may have been several. */
export const standingIds = (journeyId: string, trigger: Trigger, profileIds: readonly string[]): readonly string[] => {
  const { once } = trigger;
  const own = enrollmentIdOf(journeyId, trigger);
  if (once === undefined) return [own];
  const others = profileIds.map((id) => enrollmentIdOf(journeyId, { ...trigger, triggerId: onceId(id, once) }));
  return [...new Set([own, ...others])];
};
/** The id of a trigger that a person meets once. */
export const onceId = (profileId: string, once: string): string => `${profileId}/${once}`;

/**
 * Whether a trigger becomes an enrollment. It exists logically from its trigger on: what was accepted since may
 * have ended it already.
 */
export function decideEntry(input: EntryInput): EntryDecision {
  const { standing, journey, trigger, loaded } = input;
  if (standing) return { answer: { kind: 'entered', enrollment: standing } };
  const key = trigger.key ?? entryKey(journey, trigger.event);
  const reason = refusalOf(input, key);
  if (reason) return refuse(input, reason);

  const draft = new Draft(input, [loaded]);
  const { profileId } = loaded.profile;
  restartOthers(input, draft, key);
  const isOut = drawHoldouts(input, draft);
  const own = { enrollmentId: enrollmentIdOf(journey.id, trigger), ...(key !== undefined && { key }) };
  const endedBy = isOut ? undefined : whatEndedIt(input, own);
  const row = newEnrollment(input, own, isOut, endedBy);
  draft.putEnrollment(row, true);
  const stub = stubOf(row, input, entryView(input));
  draft.set({ ...draft.profile(profileId), enrollments: [...draft.profile(profileId).enrollments, stub] });
  draft.replaceStub(profileId, stub);
  draft.touch(profileId);
  // Whoever commits this may die before the execution has begun.
  if (row.status === 'active') draft.dueAt(profileId, row.enrollmentId, input.nowMs + repairDelayMs);
  draft.fact(
    profileId,
    'enrollment',
    journey.id,
    { enrollmentId: row.enrollmentId, status: row.status, ...(endedBy && { reason: 'exited-before-entry' }) },
    false,
  );
  const guard: EntryGuard = {
    profileId,
    journeyId: journey.id,
    key: key ?? '',
    enteredMs: input.nowMs,
    enrollmentId: row.enrollmentId,
  };
  // Nobody asks the guard of a journey that may always be entered again.
  const isGuarded = (journey.document.entry.again ?? 'always') !== 'always';
  const change = draft.change(isGuarded ? { guards: [guard] } : {});
  return { change, answer: { kind: 'entered', enrollment: draft.enrollment(row.enrollmentId)! } };
}

function entryKey({ document }: JourneyVersion, event: Occurrence | undefined): string | undefined {
  return document.entry.key === undefined || !event ? undefined : keyOf(event, document.entry.key.split('.'));
}

/** Refusals that somebody should look into; the others are the everyday working of the rules. */
const notable: ReadonlySet<EntryRefusal> = new Set([
  'stale',
  'paused',
  'stopped',
  'breaker',
  'key_missing',
  'too-many',
]);

/** The person does not enter; with a note where somebody should know. */
export function refuse(input: EntryInput, reason: EntryRefusal): EntryDecision {
  const answer = { kind: 'refused' as const, reason };
  if (!notable.has(reason)) return { answer };
  const draft = new Draft(input, [input.loaded]);
  const { profileId } = input.loaded.profile;
  draft.touch(profileId);
  draft.fact(profileId, 'entry', input.journey.id, { refused: reason, triggerId: input.trigger.triggerId }, false);
  return { change: draft.change(), answer };
}

function refusalOf(input: EntryInput, key: string | undefined): EntryRefusal | undefined {
  const { loaded, journey, trigger, nowMs } = input;
  const { profile } = loaded;
  const { entry } = journey.document;
  if (profile.isErased) return 'erased';
  if (!isMeant(input)) return 'not-matched';
  if (trigger.kind !== 'api' && (trigger.takenUpMs ?? nowMs) - trigger.atMs > staleMs) return 'stale';
  // While everything is paused, people come in and stand before the first step that acts.
  const stopped = input.stops.get(journeySubject(journey.id));
  if (stopped) return stopped;
  if (entry.key !== undefined && key === undefined) return 'key_missing';
  if (journey.isAcquisition && wasConverted(input)) return 'converted';
  const inside = insideStub(input, key);
  if (inside && entry.meanwhile !== 'restart') return 'already-inside';
  if (!inside && !mayAgain(input)) return 'again';
  const active = profile.enrollments.filter((stub) => stub.isActive);
  const here = active.filter((stub) => stub.journeyId === journey.id);
  // One that is restarted makes room for the new one.
  const freed = inside ? 1 : 0;
  if (active.length - freed >= mostPerProfile || here.length - freed >= mostPerJourney) return 'too-many';
  if ('edge' in entry.on && trigger.kind === 'segment') {
    const isMember = Object.hasOwn(profile.segments, entry.on.segment);
    if (isMember !== (entry.on.edge === 'enter')) return 'not-in-segment';
  }
  if ('schedule' in entry.on && trigger.kind === 'schedule') {
    // Who joined after the time was not meant by it.
    const sinceMs = ownValue(profile.segments, entry.on.segment) ?? Infinity;
    if (sinceMs > trigger.atMs) return 'not-in-segment';
  }
  const view = entryView(input);
  if (journey.entryWhen && !isTrue(journey.entryWhen, view, input)) return 'when';
  return journey.exitConditions.some((condition) => isTrue(condition, view, input)) ? 'exit-condition' : undefined;
}

/**
 * The bus passes on more than the document says: it cannot express every condition, and what was on its way when
 * another document became current was meant for the one before.
 */
function isMeant({ journey, trigger, loaded, definitions }: EntryInput): boolean {
  const { on } = journey.document.entry;
  const { kind, event, segment } = trigger;
  switch (kind) {
    case 'event':
      return event !== undefined && journey.entry?.matches(event, zoneOf(loaded.profile, definitions)) === true;
    case 'segment':
      return 'edge' in on && on.segment === segment?.id && on.edge === segment.edge;
    case 'date':
    case 'schedule':
      return kind in on;
    case 'api':
    case 'start':
      return true;
    default:
      return kind satisfies never;
  }
}

/** Converted by the trigger itself or before it; a conversion since then ends the enrollment instead. */
function wasConverted({ loaded, after, definitions }: EntryInput): boolean {
  if (loaded.profile.convertedMs === undefined) return false;
  return !after.some((event) => isConversion(event, definitions));
}

const insideStub = ({ loaded, journey }: EntryInput, key: string | undefined): EnrollmentStub | undefined =>
  loaded.profile.enrollments.find((stub) => stub.isActive && stub.journeyId === journey.id && stub.key === key);

function mayAgain({ guard, journey, nowMs, loaded, definitions }: EntryInput): boolean {
  const again = journey.document.entry.again ?? 'always';
  if (!guard || again === 'always') return true;
  return (
    again !== 'never' && nowMs >= addDuration(guard.enteredMs, again.after, zoneOf(loaded.profile, definitions), 1)
  );
}

function entryView({ loaded, nowMs, definitions, trigger }: EntryInput): Omit<View, 'states'> {
  return {
    ...viewOf(loaded.profile, definitions, nowMs),
    ...(trigger.event && { event: trigger.event }),
    saved: {},
  };
}

/** Asked over state and history. */
const isTrue = (
  condition: NonNullable<JourneyVersion['entryWhen']>,
  view: Omit<View, 'states'>,
  { history }: EntryInput,
): boolean => condition.isTrue({ ...view, states: seedStates(condition.leaves, history, view.zone) });

/** Restart: the enrollment that is inside makes room for the new one. */
function restartOthers(input: EntryInput, draft: Draft, key: string | undefined): void {
  const inside = insideStub(input, key);
  const row = inside && draft.enrollment(inside.enrollmentId);
  if (inside && row) draft.end(input.loaded.profile.profileId, inside, row, 'restart');
}
