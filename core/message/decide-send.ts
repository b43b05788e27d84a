import { lookAgainMs, stopOfMessage } from '../control/stop.ts';
import { addDuration } from '../time/duration.ts';
import { quietUntil } from '../time/calendar.ts';
import { isRunaway } from './breaker.ts';
import { covers } from './covers.ts';
import { blocks, type Refusal } from './delivery.ts';
import type { SendContext, SendDecision, SendRule } from './send-context.ts';
import { claimsOn } from './wants.ts';

const skip = (reason: Refusal): SendDecision => ({ kind: 'skip', reason });

/** Marketing to a person: what consent, holdout, quiet hours and caps are about. */
const isMarketing = (context: SendContext): boolean => context.purpose === 'marketing' && context.channel !== 'webhook';

const erased: SendRule = ({ profile }) => (profile.isErased ? skip('erased') : undefined);

const active: SendRule = ({ enrollment }) => (enrollment.status === 'active' ? undefined : skip('not-active'));

const converted: SendRule = ({ isAcquisition, profile }) =>
  isAcquisition && profile.convertedMs !== undefined ? skip('converted') : undefined;

const suppression: SendRule = ({ suppressions, purpose }) =>
  suppressions.some((one) => blocks(one, purpose)) ? skip('suppressed') : undefined;

const consent: SendRule = ({ profile, channel, purpose, topic, workspace }) => {
  if (channel === 'webhook') return undefined;
  const status = profile.consent[`${channel}/${purpose}`]?.value;
  if (status === 'denied') return skip('no-consent');
  if (purpose === 'transactional') return undefined;
  const isDenied = (name: string): boolean => profile.consent[`${channel}/${name}`]?.value === 'denied';
  if (topic !== undefined && (isDenied(topic) || isDenied(`topic:${topic}`))) return skip('no-consent');
  return workspace.consent !== 'opt-out' && status !== 'granted' ? skip('no-consent') : undefined;
};

const address: SendRule = ({ channel, purpose, address: found }) => {
  if (channel === 'webhook' || channel === 'in-app') return undefined;
  if (!found) return skip('no-address');
  return purpose === 'marketing' && !found.isVerified ? skip('address-unverified') : undefined;
};

/** A draw is kept for good, and counts while the workspace holds anybody out. */
const holdout: SendRule = (context) => {
  const isHeldOut = (context.workspace.holdout ?? 0) > 0 && context.profile.assignments['holdout'] === 'held-out';
  return isMarketing(context) && isHeldOut ? skip('holdout') : undefined;
};

/** A step's own holdout is about whatever it sends. */
const stepHoldout: SendRule = ({ isStepHeldOut }) => (isStepHeldOut ? skip('step-holdout') : undefined);

/** Held, not lost: whoever waits for a resumption looks again, until the message is of no use. */
const stops: SendRule = ({ stops: stopped, enrollment, channel, nowMs }) => {
  const kind = stopOfMessage(stopped, enrollment.journeyId, channel);
  if (!kind) return undefined;
  const untilMs = lookAgainMs(enrollment.enrollmentId, enrollment.attemptedMs ?? nowMs, nowMs);
  return { kind: 'defer', reason: kind === 'breaker' ? 'breaker' : 'paused', untilMs };
};

/** So many messages of one journey that something is wrong with it: it is stopped. Webhooks count like any other. */
const runaway: SendRule = ({ profile, enrollment, workspace, nowMs }) => {
  if (!isRunaway(profile.handed, enrollment.journeyId, workspace, nowMs)) return undefined;
  return { kind: 'defer', reason: 'breaker', untilMs: lookAgainMs(enrollment.enrollmentId, nowMs, nowMs) };
};

const quietHours: SendRule = (context) => {
  const quiet = isMarketing(context) ? context.workspace.quietHours?.[context.channel] : undefined;
  const untilMs = quiet && quietUntil(context.nowMs, quiet, context.zone);
  return untilMs === undefined ? undefined : { kind: 'defer', reason: 'quiet-hours', untilMs };
};

/**
 * Rolling windows over the messages handed over; a full cap says when its oldest message leaves it. A slot that a message of
 * higher priority is about to take is left to it: once that has come, or not, this one is decided as the cap says.
 */
const caps: SendRule = (context) => {
  if (!isMarketing(context)) return undefined;
  let deferral: Deferral | undefined;
  for (const cap of context.workspace.frequencyCaps ?? []) {
    if (!covers(cap, context.channel, context.purpose, context.topic)) continue;
    const ends = context.profile.slots
      .filter((slot) => covers(cap, slot.channel, slot.purpose, slot.topic))
      .map((slot) => addDuration(slot.ms, cap.within, context.zone, 1))
      .filter((endMs) => endMs > context.nowMs)
      .sort((a, b) => a - b);
    const claims = claimsOn(cap, context);
    if (ends.length + claims.length < cap.atMost) continue;
    if (ends.length < cap.atMost) {
      deferral = later(deferral, { kind: 'defer', reason: 'priority', untilMs: Math.max(...claims) });
      continue;
    }
    if (cap.then !== 'defer' || cap.atMost === 0) return skip('frequency-cap');
    const untilMs = ends[ends.length - cap.atMost]!;
    deferral = later(deferral, { kind: 'defer', reason: 'frequency-cap', untilMs });
  }
  return deferral;
};

type Deferral = Extract<SendDecision, { kind: 'defer' }>;
const later = (one: Deferral | undefined, other: Deferral): Deferral =>
  one && one.untilMs >= other.untilMs ? one : other;

/** The first rule with something to say decides; this order is the policy. */
const rules: readonly SendRule[] = [
  erased,
  active,
  converted,
  suppression,
  consent,
  address,
  holdout,
  stepHoldout,
  stops,
  runaway,
  quietHours,
  caps,
];

/** Whether one message may go to one profile now; if not, why, and until when. */
export function decideSend(context: SendContext): SendDecision {
  for (const rule of rules) {
    const decision = rule(context);
    if (decision) return decision;
  }
  return { kind: 'send' };
}
