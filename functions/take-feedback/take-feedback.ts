import { decideLoop } from '../../core/decide-loop.ts';
import type { Message } from '../../core/event/event.ts';
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
      const standing = await ports.profiles.delivery(report.deliveryId);
      const row = standing && applyReport(standing, report);
      const loaded = await ports.profiles.load(delivery.profileId);
      if (!row || !loaded || row === standing) return { answer: undefined };
      const profiles = [{ expectedVersion: loaded.version, profile: loaded.profile }];
      return { answer: undefined, change: { attemptId, profiles, deliveries: [{ row, isNew: false }] } };
    });
    return 'taken';
  };

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
