import { isOutOfStep } from '../experiment/step-holdout.ts';
import type { MessageChoice, SendRequest } from '../journey/roles/role.ts';
import { addressFor } from '../message/addresses.ts';
import { decideSend } from '../message/decide-send.ts';
import type { Address, SendDecision } from '../message/send-context.ts';
import { usualPriority } from '../message/wants.ts';
import type { Profile } from '../profile/profile.ts';
import { zoneOf } from '../segment/view.ts';
import type { TouchInput } from './touch.ts';
import type { Enrollment } from './enrollment.ts';
import { purposeOf } from './render-request.ts';
import { rivalsOf } from './rivals.ts';

/** A step that sends, of somebody as they are now. */
export interface Sending {
  readonly row: Enrollment;
  readonly stepId: string;
  readonly request: SendRequest;
  readonly profile: Profile;
}
/** One message that might be sent, and what the gate says of it. */
export interface Considered {
  readonly choice: MessageChoice;
  readonly address: Address | undefined;
  readonly addressHash: string | undefined;
  readonly decision: SendDecision;
}

/** The first that would be sent now; else the one that may go soonest; else the first, with why not. */
export function chooseMessage(input: TouchInput, sending: Sending): Considered {
  const considered = sending.request.choices.map((choice) => consider(input, sending, choice));
  const untilMs = ({ decision }: Considered): number => (decision.kind === 'defer' ? decision.untilMs : Infinity);
  const deferred = considered.filter(({ decision }) => decision.kind === 'defer');
  const soonest = deferred.toSorted((a, b) => untilMs(a) - untilMs(b))[0];
  return considered.find(({ decision }) => decision.kind === 'send') ?? soonest ?? considered[0]!;
}

function consider(input: TouchInput, { row, stepId, request, profile }: Sending, choice: MessageChoice): Considered {
  const { definitions, nowMs, journey } = input;
  const address = addressFor(profile, choice.channel);
  const addressHash = address && input.addressHash(choice.channel, address.value);
  const isStepHeldOut = isOutOfStep(profile, row.journeyId, request.drawnBy ?? stepId, request.holdout);
  const decision = decideSend({
    profile,
    enrollment: row,
    workspace: definitions.workspace,
    isAcquisition: journey.isAcquisition,
    ...(journey.document.priority !== undefined && { priority: journey.document.priority }),
    rivals: rivalsOf(row, journey.document.priority ?? usualPriority, { definitions, profile, nowMs }),
    channel: choice.channel,
    purpose: purposeOf(input),
    ...(request.topic !== undefined && { topic: request.topic }),
    ...(address && { address }),
    suppressions: input.suppressions.filter((one) => one.channel === choice.channel && one.addressHash === addressHash),
    stops: input.stops,
    ...(isStepHeldOut && { isStepHeldOut }),
    nowMs,
    zone: zoneOf(profile, definitions),
  });
  return { choice, address, addressHash, decision };
}
