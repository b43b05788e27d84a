import { decideLoop } from '../../core/decide-loop.ts';
import { readEnrolled } from '../../core/enrollment/read-enrolled.ts';
import {
  decideEntry,
  refuse,
  standingIds,
  type EntryAnswer,
  type EntryDecision,
  type EntryInput,
  type Trigger,
} from '../../core/enrollment/enter.ts';
import { placeOf } from '../../core/enrollment/place.ts';
import type { Enrollment } from '../../core/enrollment/enrollment.ts';
import { keyOf } from '../../core/enrollment/resolve.ts';
import type { StoredEvent } from '../../core/event/event.ts';
import type { Loaded, Places, Ports } from '../../core/ports.ts';
import { historyIds } from '../../core/profile/profile.ts';

export type EnterPorts = Pick<Ports, 'profiles' | 'definitions' | 'executions' | 'places' | 'clock' | 'ids'>;
export interface EnterTask {
  readonly journeyId: string;
  readonly trigger: Trigger;
}

/** Enters one person into a journey, if its rules let them, and starts the execution. Safe to repeat. */
export const enterJourney =
  (ports: EnterPorts) =>
  async ({ journeyId, trigger }: EnterTask): Promise<EntryAnswer> => {
    const answer = await decideLoop<EntryAnswer>(ports, async (attemptId) => {
      const definitions = await ports.definitions.current();
      const journey = definitions.journeys.get(journeyId);
      const loaded = await ports.profiles.load(trigger.profileId);
      if (!journey || !loaded) return { answer: { kind: 'refused', reason: 'unknown-journey' } };
      const { profile } = loaded;
      const ids = historyIds(profile);
      const names = new Set([
        ...(journey.entryWhen?.names ?? []),
        ...journey.exitConditions.flatMap((condition) => [...condition.names]),
      ]);
      const path = journey.document.entry.key?.split('.');
      const key = trigger.key ?? (path && trigger.event && keyOf(trigger.event, path)) ?? '';
      const [standing] = await ports.profiles.enrollments(standingIds(journeyId, trigger, ids));
      // Enrollments of the same journey that a restart would end.
      const inside = profile.enrollments.filter((stub) => stub.isActive && stub.journeyId === journeyId);
      const input: EntryInput = {
        loaded,
        journey,
        trigger,
        standing,
        ...(await readEnrolled(ports, inside)),
        guard: await ports.profiles.guard(ids, journeyId, key),
        history: names.size === 0 ? [] : await ports.profiles.history(ids, { names: [...names] }),
        after: await acceptedAfter(ports, loaded, trigger),
        stops: await ports.profiles.stops(),
        definitions,
        nowMs: ports.clock.nowMs(),
        attemptId,
      };
      return withinLimit(ports.places, input, decideEntry(input));
    });
    if (answer.kind === 'entered' && answer.enrollment.status === 'active') await start(ports, answer.enrollment);
    return answer;
  };

/**
 * A journey with a limit has a place for everybody who enters it: taken before the commit, and given back where nothing
 * came of it. A try that dies in between has its place when it comes again.
 */
async function withinLimit(places: Places, input: EntryInput, decision: EntryDecision): Promise<EntryDecision> {
  const { journey, trigger, standing, definitions } = input;
  const { limit } = journey.document.entry;
  if (!limit || standing) return decision;
  const place = placeOf(journey, limit, trigger, definitions);
  const { answer } = decision;
  // Held out people are measured and get nothing: what is scarce is not used up by them.
  const isIn = answer.kind === 'entered' && answer.enrollment.status !== 'held-out';
  if (isIn) return (await places.take(place, limit.atMost)) ? decision : refuse(input, 'limit');
  await places.give(place);
  return decision;
}

const start = (ports: EnterPorts, { enrollmentId, profileId, journeyId, version, hop }: Enrollment) =>
  ports.executions.start({ name: `${enrollmentId}-${hop}`, journeyId, version, input: { enrollmentId, profileId } });

/** What was accepted since the trigger: under its own profile, and since a merge under those that it became. */
async function acceptedAfter(
  { profiles }: EnterPorts,
  { profile, version }: Loaded,
  trigger: Trigger,
): Promise<readonly StoredEvent[]> {
  const merged = profile.mergedIds.find((one) => one.profileId === trigger.profileId);
  const then = new Set(trigger.then);
  if (!merged && trigger.version >= version && then.size === 0) return [];
  const own = await profiles.history([trigger.profileId], { afterVersion: trigger.version - 1 });
  const after = own.filter((event) => event.version > trigger.version || then.has(event.eventId));
  if (!merged) return inOrder(after);
  // The merge's own commit counts: the message that joined the two may be the one that ends the journey.
  const since = await profiles.history([profile.profileId], { afterVersion: merged.version - 1 });
  const between = profile.mergedIds.filter((one) => one !== merged).map((one) => one.profileId);
  const others = between.length === 0 ? [] : await profiles.history(between);
  return inOrder([...after, ...since, ...others.filter((event) => event.receivedMs >= merged.atMs)]);
}

/** In order of acceptance, as far as profiles that became one can tell. */
const inOrder = (events: readonly StoredEvent[]): readonly StoredEvent[] =>
  events.toSorted((a, b) => a.receivedMs - b.receivedMs || a.version - b.version);
