import type { Definitions } from '../../../core/definitions.ts';
import type { Enrollment } from '../../../core/enrollment/enrollment.ts';
import type { Stage } from '../../../core/journey/document.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { Delivery, Suppression } from '../../../core/message/delivery.ts';
import type { Loaded } from '../../../core/ports.ts';
import type { MergeRow } from '../../../core/profile/merge-log.ts';
import type { Task } from '../../../core/task/task.ts';
import { newestIdentifier, type Profile } from '../../../core/profile/profile.ts';
import { isBehind } from '../../../core/segment/coverage.ts';
import { viewOf, zoneOf } from '../../../core/segment/view.ts';
import { toInstant } from '../../../core/time/instant.ts';
import type { TimelineItem } from './directory.ts';

type Mutable = { [key: string]: unknown };
const at = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : toInstant(ms));
/** Leaves out what is not known, so that answers hold no nulls. */
export const tidy = (object: Mutable): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as JsonObject;

/** Everything known of one person, as the API gives it. */
export function presentProfile({ profile, version }: Loaded, definitions: Definitions, nowMs: number): JsonObject {
  return tidy({
    profileId: profile.profileId,
    version,
    createdAt: at(profile.createdMs),
    userId: newestIdentifier(profile, 'userId')?.value,
    identifiers: profile.identifiers.map(({ kind, value, isVerified, resolves, platform }) =>
      tidy({ kind, value, verified: isVerified, resolves, platform }),
    ),
    traits: Object.fromEntries(Object.entries(profile.traits).map(([name, { value }]) => [name, value])),
    computedTraits: definitions.computed.size === 0 ? undefined : presentComputed(profile, definitions, nowMs),
    timeZone: zoneOf(profile, definitions),
    locale: profile.locale?.value,
    segments: Object.keys(profile.segments).sort(),
    audiences: Object.keys(profile.audiences).sort(),
    stage: stageOf(profile, definitions, nowMs),
    // What is published since is not asked of them yet, and a stage may ask for just that.
    isFilling: isBehind(profile, definitions) || undefined,
    consent: presentConsent(profile),
    convertedAt: at(profile.convertedMs),
    touchpoints: Object.values(profile.touchpoints).map(
      ({ firstMs, lastMs, source, medium, campaign, referrer, page }) =>
        tidy({ source, medium, campaign, referrer, page, firstAt: at(firstMs), lastAt: at(lastMs) }),
    ),
    groups: Object.keys(profile.groups)
      .sort()
      .map((type) => ({ type, groupId: profile.groups[type]!.value })),
    experiments: Object.fromEntries(
      Object.entries(profile.assignments)
        .filter(([name]) => name.startsWith('experiment:'))
        .map(([name, variant]) => [name.slice(11), variant]),
    ),
    mergedIds: profile.mergedIds.map((merged) => merged.profileId),
    activeEnrollments: profile.enrollments
      .filter((stub) => stub.isActive)
      .map(({ enrollmentId, journeyId }) => ({ enrollmentId, journeyId })),
  });
}

/** What is computed of what happened; the life-cycle stage stands by itself. */
function presentComputed(profile: Profile, definitions: Definitions, nowMs: number): JsonObject {
  const view = viewOf(profile, definitions, nowMs);
  const computed = [...definitions.computed.values()].filter(({ id }) => id !== 'stage' || !isStage(definitions));
  return tidy(Object.fromEntries(computed.map(({ id, valueOf }) => [id, valueOf(view)])));
}
const isStage = ({ workspace }: Definitions): boolean => workspace.stages !== undefined;

/** The latest stage whose condition holds, else acquaintance. */
function stageOf(profile: Profile, definitions: Definitions, nowMs: number): Stage {
  const view = viewOf(profile, definitions, nowMs);
  return definitions.stages.findLast(({ condition }) => condition.isTrue(view))?.stage ?? 'acquaintance';
}

function presentConsent(profile: Profile): JsonObject {
  const channels: { [channel: string]: { [purpose: string]: string } } = {};
  for (const [key, entry] of Object.entries(profile.consent)) {
    const slash = key.indexOf('/');
    (channels[key.slice(0, slash)] ??= {})[key.slice(slash + 1)] = entry.value;
  }
  return channels;
}

/** An enrollment, as the API gives it. */
export const presentEnrollment = (row: Enrollment): JsonObject =>
  tidy({
    enrollmentId: row.enrollmentId,
    journeyId: row.journeyId,
    version: row.version,
    profileId: row.profileId,
    key: row.key,
    status: row.status,
    stepId: row.status === 'active' ? row.cursor.stepId : undefined,
    enteredAt: at(row.enteredMs),
    exitedAt: at(row.exitedMs),
    reason: row.reason,
    goalReachedAt: at(row.goalReachedMs),
    wakeAt: row.status === 'active' ? at(row.hold?.wakeMs) : undefined,
    path: row.path,
  });

/** A delivery, as the API gives it. */
export const presentDelivery = (row: Delivery): JsonObject =>
  tidy({
    deliveryId: row.deliveryId,
    profileId: row.profileId,
    journeyId: row.journeyId,
    enrollmentId: row.enrollmentId,
    stepId: row.stepId,
    channel: row.channel,
    template: row.template,
    purpose: row.purpose,
    topic: row.topic,
    status: row.status === 'handing' ? 'pending' : row.status,
    reason: row.reason,
    detail: row.detail,
    at: at(row.atMs),
    until: at(row.untilMs),
    to: row.to,
  });

/** A task, as the API gives it. */
export const presentTask = (row: Task): JsonObject =>
  tidy({
    taskId: row.taskId,
    profileId: row.profileId,
    journeyId: row.journeyId,
    enrollmentId: row.enrollmentId,
    stepId: row.stepId,
    queue: row.queue,
    title: row.title,
    status: row.status,
    createdAt: at(row.createdMs),
    doneAt: at(row.doneMs),
    outcome: row.outcome,
  });

/** Why one profile was made of two, as the API gives it. */
export const presentMerge = ({ atMs, version: _, undo, undoneMs, ...row }: MergeRow): JsonObject => ({
  ...row,
  at: toInstant(atMs),
  canBeUndone: undo !== undefined,
  ...(undoneMs !== undefined && { undoneAt: toInstant(undoneMs) }),
});

/** A line of a person's timeline, as the API gives it. */
export const presentTimelineItem = ({ kind, atMs, name, detail }: TimelineItem): JsonObject => {
  const { event, delivery, task, detail: fact, eventId } = detail as { readonly [key: string]: JsonObject | undefined };
  const more = event
    ? {
        eventId,
        ...tidy({
          type: event['type'],
          properties: event['properties'],
          context: event['context'],
          note: event['note'],
        }),
      }
    : delivery
      ? presentDelivery(delivery as never)
      : task
        ? presentTask(task as never)
        : (fact ?? {});
  return { ...(more as JsonObject), kind, at: toInstant(atMs), name };
};

/** A suppression, as the API gives it: the address is known only as a keyed hash. */
export const presentSuppression = (
  { channel, addressHash, reason, atMs, source, purpose }: Suppression,
  address?: string,
): JsonObject => tidy({ channel, address, addressHash, reason, purpose, at: at(atMs), source });
