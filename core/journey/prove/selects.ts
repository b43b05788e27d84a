import type { Journey } from '../document.ts';
import type { PlanNode } from '../plan.ts';
import { isObject } from '../../json.ts';
import { messagesOf } from './machine.ts';
import type { Selector } from './rules.ts';

const includes = (wanted: string | readonly string[] | undefined, given: string | undefined): boolean =>
  wanted === undefined || (given !== undefined && (typeof wanted === 'string' ? [wanted] : wanted).includes(given));

/** The purpose of a journey's messages. */
export const purposeOf = ({ kind }: Journey): 'marketing' | 'transactional' =>
  kind === 'transactional' ? 'transactional' : 'marketing';

/** The topic that a step gives its messages. */
export const topicOf = ({ step }: PlanNode): string | undefined => ('topic' in step ? step.topic : undefined);

/** The id that the document gives a step: of a message of a cascade, that of the cascade. */
const stepIdsOf = ({ id, step }: PlanNode): readonly string[] => {
  const ending: unknown = 'ending' in step ? step.ending : undefined;
  return isObject(ending) && typeof ending['begins'] === 'string' ? [id, ending['begins']] : [id];
};

/** Channels on which a step of a journey may send a message that a rule is about. */
export function selectedChannels(selector: Selector, journey: Journey, node: PlanNode): readonly string[] {
  const isMeant =
    includes(selector.journey, journey.id) &&
    includes(selector.kind, journey.kind) &&
    (selector.purpose === undefined || selector.purpose === purposeOf(journey)) &&
    includes(selector.topic, topicOf(node)) &&
    stepIdsOf(node).some((id) => includes(selector.step, id));
  if (!isMeant) return [];
  return messagesOf(node)
    .filter(({ channel, template }) => includes(selector.channel, channel) && includes(selector.template, template))
    .map(({ channel }) => channel);
}
