import { decideLoop } from '../../core/decide-loop.ts';
import type { Enrollment } from '../../core/enrollment/enrollment.ts';
import type { Message } from '../../core/event/event.ts';
import { withAnswer } from '../../core/experiment/exposure.ts';
import type { Delivery } from '../../core/message/delivery.ts';
import { applyReport, reportName, type Report } from '../../core/message/report.ts';
import type { Ports } from '../../core/ports.ts';

export interface FeedbackPorts extends Pick<Ports, 'profiles' | 'clock' | 'ids'> {
  /** The intake's use case. */
  readonly accept: (messages: readonly Message[]) => Promise<unknown>;
}

/**
 * Writes down what a provider reports of a message: as an event of the person, which conditions, consent and suppressions
 * hear of, and on the delivery. Safe to repeat, in any order.
 */
export const takeFeedback =
  (ports: FeedbackPorts) =>
  async (report: Report): Promise<'taken' | 'unknown-delivery'> => {
    const delivery = await ports.profiles.delivery(report.deliveryId);
    if (!delivery) return 'unknown-delivery';
    await ports.accept([eventOf(delivery, report, ports.clock.nowMs())]);
    await decideLoop<void>(ports, async (attemptId) => {
      const loaded = await ports.profiles.load(delivery.profileId);
      // Read after the profile, whose version the commit is made at.
      const standing = await ports.profiles.delivery(report.deliveryId);
      if (!standing || !loaded) return { answer: undefined };
      const row = applyReport(standing, report);
      const enrollment = await answered(ports, standing, report);
      if (row === standing && !enrollment) return { answer: undefined };
      return {
        answer: undefined,
        change: {
          attemptId,
          profiles: [{ expectedVersion: loaded.version, profile: loaded.profile }],
          ...(row !== standing && { deliveries: [{ row, isNew: false }] }),
          ...(enrollment && { enrollments: [{ row: { ...enrollment, attemptId }, isNew: false }] }),
        },
      };
    });
    return 'taken';
  };

/** The enrollment, where the report is an answer to what its experiments did. */
async function answered(
  { profiles, clock }: FeedbackPorts,
  delivery: Delivery,
  { status, atMs }: Report,
): Promise<Enrollment | undefined> {
  const outcome = status === 'clicked' ? 'clickMs' : status === 'complained' ? 'complainedMs' : undefined;
  const [standing] = outcome === undefined ? [] : await profiles.enrollments([delivery.enrollmentId]);
  if (!standing || outcome === undefined) return undefined;
  const row = withAnswer(standing, delivery, outcome, Math.min(atMs, clock.nowMs()));
  return row === standing ? undefined : row;
}

function eventOf(delivery: Delivery, report: Report, nowMs: number): Message {
  const { profileId, deliveryId, journeyId, stepId, template, channel, to } = delivery;
  const address = report.address ?? to;
  return {
    type: 'track',
    messageId: `report-${report.reportId}`,
    name: reportName(delivery, report),
    profileId,
    properties: {
      deliveryId,
      journeyId,
      stepId,
      template,
      ...(address !== undefined && {
        [channel === 'email' ? 'email' : channel === 'sms' ? 'phone' : 'address']: address,
      }),
      ...(report.isPermanent !== undefined && { type: report.isPermanent ? 'hard' : 'soft' }),
      ...(report.link !== undefined && { link: report.link }),
      ...(report.detail !== undefined && { detail: report.detail }),
    },
    traits: {},
    context: {},
    occurredMs: Math.min(report.atMs, nowMs),
    receivedMs: nowMs,
    trust: 'server',
  };
}
