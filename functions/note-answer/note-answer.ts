import { decideLoop } from '../../core/decide-loop.ts';
import { withAnswer, type Outcome } from '../../core/experiment/exposure.ts';
import type { Ports } from '../../core/ports.ts';

export type AnswerPorts = Pick<Ports, 'profiles' | 'clock' | 'ids'>;

/** Writes down what a message moved its person to, for the variants that they had met by then. Safe to repeat. */
export const noteAnswer =
  (ports: AnswerPorts) =>
  (deliveryId: string, outcome: Outcome): Promise<void> =>
    decideLoop<void>(ports, async (attemptId) => {
      const delivery = await ports.profiles.delivery(deliveryId);
      const loaded = delivery && (await ports.profiles.load(delivery.profileId));
      // Read after the profile, whose version the commit is made at.
      const [standing] = delivery ? await ports.profiles.enrollments([delivery.enrollmentId]) : [];
      const row = delivery && standing && withAnswer(standing, delivery, outcome, ports.clock.nowMs());
      if (!row || !loaded || row === standing) return { answer: undefined };
      const profiles = [{ expectedVersion: loaded.version, profile: loaded.profile }];
      return {
        answer: undefined,
        change: { attemptId, profiles, enrollments: [{ row: { ...row, attemptId }, isNew: false }] },
      };
    });
