import type { Definitions, JourneyVersion } from '../../../core/definitions.ts';
import { datesAfter } from '../../../core/enrollment/dates.ts';
import type { Enrollment } from '../../../core/enrollment/enrollment.ts';
import { nextRoundFor } from '../../../core/enrollment/rounds.ts';
import type { StoredEvent } from '../../../core/event/event.ts';
import type { Condition } from '../../../core/segment/condition.ts';
import { compiledOnce, seedStates } from '../../../core/segment/compile-condition.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { Loaded, Ports } from '../../../core/ports.ts';
import { historyIds, ownValue, type Profile } from '../../../core/profile/profile.ts';
import { viewOf, zoneOf } from '../../../core/segment/view.ts';
import { addDuration } from '../../../core/time/duration.ts';
import { toInstant } from '../../../core/time/instant.ts';
import type { Directory } from './directory.ts';
import { presentDelivery, presentEnrollment } from './present.ts';

/** One thing that an entry asks, and whether this person meets it. */
export interface Finding {
  readonly asks: string;
  readonly isMet: boolean;
  readonly because: string;
}

export interface Explanation {
  readonly profileId: string;
  readonly journeyId: string;
  readonly enrollments: readonly JsonObject[];
  /** Each with why it was sent or not. */
  readonly deliveries: readonly JsonObject[];
  /** What would decide an entry now. */
  readonly entry: readonly Finding[];
  /** Triggers that were refused and left a note. */
  readonly refusals: readonly JsonObject[];
}

type ExplainPorts = Pick<Ports, 'profiles' | 'definitions' | 'clock'>;

/** Why a person is, or is not, in a journey, and what became of each of its messages. */
export async function explainJourney(
  ports: ExplainPorts,
  directory: Directory,
  loaded: Loaded,
  journey: JourneyVersion,
): Promise<Explanation> {
  const ids = historyIds(loaded.profile);
  const enrollments = (await directory.enrollmentsOf(ids, { limit: 1000 })).items.filter(
    (row) => row.journeyId === journey.id,
  );
  const deliveries = (await directory.deliveriesOf(ids, { limit: 1000 })).items.filter(
    (row) => row.journeyId === journey.id,
  );
  return {
    profileId: loaded.profile.profileId,
    journeyId: journey.id,
    enrollments: enrollments.map(presentEnrollment),
    deliveries: deliveries.map(presentDelivery),
    entry: await entryFindings(ports, loaded, journey, enrollments[0]),
    refusals: (await directory.refusalsOf(ids, journey.id)).map(({ atMs, reason }) => ({
      at: toInstant(atMs),
      reason,
    })),
  };
}

async function entryFindings(
  ports: ExplainPorts,
  loaded: Loaded,
  journey: JourneyVersion,
  last: Enrollment | undefined,
): Promise<readonly Finding[]> {
  const { profile } = loaded;
  const definitions = await ports.definitions.current();
  const nowMs = ports.clock.nowMs();
  const zone = zoneOf(profile, definitions);
  const ids = historyIds(profile);
  const history = await ports.profiles.history(ids);
  const { entry } = journey.document;
  const holds = (condition: Condition): boolean => {
    const compiled = compiledOnce(condition);
    return compiled.isTrue({
      ...viewOf(profile, definitions, nowMs),
      states: seedStates(compiled.leaves, history, zone),
    });
  };
  const findings: Finding[] = [triggerFinding(journey, { profile, history, definitions, nowMs, zone })];
  if (!definitions.journeys.has(journey.id))
    findings.unshift(finding('the journey is published', false, 'it is not any more; those inside finish'));
  if (entry.when) findings.push(finding('the entry condition holds', holds(entry.when), JSON.stringify(entry.when)));
  for (const exit of journey.document.exit ?? []) {
    if ('when' in exit) findings.push(finding('no exit condition holds', !holds(exit.when), JSON.stringify(exit.when)));
  }
  if (journey.isAcquisition) {
    const { convertedMs } = profile;
    findings.push(
      finding(
        'not converted, as the journey is for acquisition',
        convertedMs === undefined,
        convertedMs === undefined ? 'never converted' : `converted ${toInstant(convertedMs)}`,
      ),
    );
  }
  const inside = profile.enrollments.find((stub) => stub.isActive && stub.journeyId === journey.id);
  findings.push(
    finding(
      'not inside already',
      !inside || entry.meanwhile === 'restart',
      inside
        ? `inside since ${toInstant(inside.enteredMs)}${entry.meanwhile === 'restart' ? '; a new trigger restarts it' : ''}`
        : 'not inside',
    ),
  );
  findings.push(await againFinding(ports, ids, journey, last, nowMs, zone));
  const drawn = ['holdout', `holdout:${journey.id}`].filter((name) => profile.assignments[name] === 'held-out');
  findings.push(
    finding(
      'not held out',
      drawn.length === 0,
      drawn.length === 0 ? 'in no holdout' : `drawn into ${drawn.join(' and ')}`,
    ),
  );
  return findings;
}

const finding = (asks: string, isMet: boolean, because: string): Finding => ({ asks, isMet, because });

/** What is known of a person whom something may bring in. */
interface Known {
  readonly profile: Profile;
  readonly history: readonly StoredEvent[];
  readonly definitions: Definitions;
  readonly nowMs: number;
  readonly zone: string;
}

function triggerFinding(journey: JourneyVersion, known: Known): Finding {
  const { on } = journey.document.entry;
  const { history, profile, definitions, nowMs, zone } = known;
  if ('schedule' in on) {
    const since = ownValue(profile.segments, on.segment);
    const nextMs = nextRoundFor(journey, profile, definitions, nowMs);
    const next = nextMs === undefined ? 'its last time has come' : `its next time for them is ${toInstant(nextMs)}`;
    return finding(
      `is a member of the segment "${on.segment}" when the schedule's time comes`,
      since !== undefined && nextMs !== undefined,
      `${since === undefined ? 'not a member' : `a member since ${toInstant(since)}`}; ${next}`,
    );
  }
  if ('date' in on) {
    const date = datesAfter(profile, definitions, nowMs).find(({ journeyId }) => journeyId === journey.id);
    return finding(
      'its date comes',
      date !== undefined,
      date ? `next ${toInstant(date.atMs)}` : 'they have none ahead',
    );
  }
  if ('edge' in on) {
    const since = ownValue(profile.segments, on.segment);
    return finding(
      `${on.edge === 'enter' ? 'enters' : 'leaves'} the segment "${on.segment}"`,
      (since !== undefined) === (on.edge === 'enter'),
      since === undefined ? 'not a member' : `a member since ${toInstant(since)}`,
    );
  }
  if (!journey.entry) return finding('is entered by the API', true, 'POST /api/journeys/{id}/enrollments');
  const last = history.findLast((event) => journey.entry!.matches(event, zone));
  return finding(
    `the event ${[...journey.entry.names].map((name) => `"${name}"`).join(' or ')} happens`,
    last !== undefined,
    last ? `last ${toInstant(last.occurredMs)}` : 'it never did, or not with these properties',
  );
}

async function againFinding(
  ports: ExplainPorts,
  ids: readonly string[],
  journey: JourneyVersion,
  last: Enrollment | undefined,
  nowMs: number,
  zone: string,
): Promise<Finding> {
  const again = journey.document.entry.again ?? 'always';
  if (!last) return finding('may enter again', true, 'never entered');
  if (again === 'always') return finding('may enter again', true, `entered ${toInstant(last.enteredMs)}; always again`);
  const guard = await ports.profiles.guard(ids, journey.id, '');
  if (!guard) return finding('may enter again', true, 'counted for each key by itself');
  const entered = `entered ${toInstant(guard.enteredMs)}`;
  if (again === 'never') return finding('may enter again', false, `${entered}; never again`);
  const fromMs = addDuration(guard.enteredMs, again.after, zone, 1);
  return finding('may enter again', nowMs >= fromMs, `${entered}; again from ${toInstant(fromMs)}`);
}
