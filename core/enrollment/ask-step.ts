import { addressFor } from '../message/addresses.ts';
import type { Question } from '../journey/roles/role.ts';
import type { Profile } from '../profile/profile.ts';
import type { TouchInput } from './touch.ts';
import type { Ask } from './ask.ts';
import { deliveryIdOf } from './delivery-id.ts';
import type { Enrollment } from './enrollment.ts';
import { renderContext, renderRequest } from './render-request.ts';

/** The question of a step, under the id by which a repeat is known. */
export function askOf(input: TouchInput, row: Enrollment, stepId: string, question: Question, profile: Profile): Ask {
  const askId = deliveryIdOf(row.enrollmentId, stepId, row.cursor.visit);
  switch (question.kind) {
    case 'coupon':
      // One code for each enrollment and step, however often the step is walked.
      return { kind: 'coupon', askId: `${row.enrollmentId}-${stepId}`, pool: question.pool };
    case 'row':
      return { ...question, askId };
    case 'hours':
      return { ...question, askId };
    case 'text':
      return { kind: 'text', askId, liquid: question.liquid, context: renderContext(input, row, profile) };
    case 'call': {
      const choice = { channel: 'webhook' as const, templateId: question.templateId };
      const address = addressFor(profile, choice.channel);
      return {
        kind: 'call',
        askId,
        request: renderRequest({ input, row, profile, choice, deliveryId: askId, address }),
      };
    }
    default:
      return question satisfies never;
  }
}
