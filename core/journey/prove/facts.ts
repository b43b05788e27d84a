import { canonicalJson } from '../../json.ts';
import type { Condition, Names, Where } from '../../segment/condition.ts';

/** An event of which is known what documents may ask: its name, and tests that its properties pass. */
export interface AbstractEvent {
  readonly name: string;
  readonly where?: Where;
}
/** What a document listens for. */
interface Listened {
  readonly event: Names;
  readonly where?: Where;
  readonly key?: string;
  readonly of?: unknown;
  readonly ofAny?: unknown;
}

export const namesOf = (names: Names): readonly string[] => (typeof names === 'string' ? [names] : names);

/** Whether an event is one that a document listens for: certainly, certainly not, or (`undefined`) by its properties. */
export function isHeard(event: AbstractEvent, listened: Listened): boolean | undefined {
  if (!namesOf(listened.event).includes(event.name)) return false;
  const isOfSome = listened.of !== undefined || listened.ofAny !== undefined;
  if (listened.key !== undefined || isOfSome) return undefined;
  const given = event.where ?? {};
  const isSaid = Object.entries(listened.where ?? {}).every(
    ([path, test]) => given[path] !== undefined && canonicalJson(given[path]) === canonicalJson(test),
  );
  return isSaid ? true : undefined;
}

/**
 * The events that a document names, as they may come: plain, and as the one that a rule begins with where that may be
 * one of them.
 */
export function comingAs(
  { event, where }: Pick<Listened, 'event' | 'where'>,
  rule?: AbstractEvent,
): readonly AbstractEvent[] {
  return namesOf(event).flatMap((name): readonly AbstractEvent[] => {
    const plain = { name, ...(where && { where }) };
    if (rule?.name !== name || !rule.where) return [plain];
    return [plain, { name, where: { ...where, ...rule.where } }];
  });
}

/** What is certain of a person; all else may be either way. */
export interface Facts {
  /** `did <name>`, `converted`. */
  readonly certain: ReadonlySet<string>;
  /** Conditions that the way gone so far has taken as true or false, by their canonical JSON. */
  readonly taken: ReadonlyMap<string, boolean>;
}
export const noFacts: Facts = { certain: new Set(), taken: new Map() };

/** Events by which a person says no to marketing on a channel, until they say yes again. */
const denials: Readonly<Record<string, readonly string[]>> = {
  email: ['Email Complained', 'Email Marked as Spam', 'Email Unsubscribed', 'Unsubscribed'],
  sms: ['SMS Stopped', 'SMS Unsubscribed'],
};
/** Whether marketing on a channel is certainly denied. */
export const isDenied = ({ certain }: Facts, channel: string): boolean =>
  (denials[channel] ?? []).some((name) => certain.has(`did ${name}`));

type Truth = boolean | undefined;
const not = (truth: Truth): Truth => (truth === undefined ? undefined : !truth);
const all = (truths: readonly Truth[]): Truth =>
  truths.includes(false) ? false : truths.every((truth) => truth === true) ? true : undefined;

/** Whether a condition certainly holds, certainly does not, or (`undefined`) may be either way. */
export function truthOf(condition: Condition, facts: Facts, segments: SegmentRules): Truth {
  const said = facts.taken.size > 0 ? facts.taken.get(canonicalJson(condition)) : undefined;
  if (said !== undefined) return said;
  const of = (one: Condition): Truth => truthOf(one, facts, segments);
  if ('all' in condition) return all(condition.all.map(of));
  if ('any' in condition) return not(all(condition.any.map((one) => not(of(one)))));
  if ('not' in condition) return not(of(condition.not));
  if ('segment' in condition) {
    const segment = segments.find(({ id }) => id === condition.segment);
    return segment && of(segment.when);
  }
  if ('consent' in condition) {
    const isMarketing = (condition.purpose ?? 'marketing') === 'marketing';
    if (!isMarketing || !isDenied(facts, condition.consent)) return undefined;
    return condition.is === 'denied';
  }
  // What has not been done is done, the other way round.
  if ('didNot' in condition) return not(of(asDid(condition)));
  return everDid(condition)?.some((name) => facts.certain.has(`did ${name}`)) ? true : undefined;
}
/** Segments as written. */
export type SegmentRules = readonly { readonly id: string; readonly when: Condition }[];

/** The names of which one event settles a condition for good. */
function everDid(condition: Condition): readonly string[] | undefined {
  if ('sequence' in condition) {
    const { sequence, thenNot } = condition;
    const [part, ...others] = sequence;
    return others.length === 0 && part && thenNot === undefined ? everDid(part) : undefined;
  }
  if (!('did' in condition)) return undefined;
  const { did, atLeast = 1, atMost, exactly, sum, distinct, where, within } = condition;
  const isPlain = [atMost, exactly, sum, distinct, where, within].every((key) => key === undefined);
  return isPlain && atLeast === 1 ? namesOf(did) : undefined;
}
const asDid = ({ didNot, ...rest }: Extract<Condition, { didNot: unknown }>): Condition => ({ did: didNot, ...rest });

/** Takes a condition as true or false, with what follows from that. */
export function take(condition: Condition, isTrue: boolean, facts: Facts): Facts {
  const taken = new Map(facts.taken).set(canonicalJson(condition), isTrue);
  const next = { certain: facts.certain, taken };
  if ('not' in condition) return take(condition.not, !isTrue, next);
  if ('all' in condition && isTrue) return condition.all.reduce((sum, one) => take(one, true, sum), next as Facts);
  if ('any' in condition && !isTrue) return condition.any.reduce((sum, one) => take(one, false, sum), next as Facts);
  if ('didNot' in condition) return take(asDid(condition), !isTrue, next);
  if ('sequence' in condition && isTrue && condition.sequence.length > 1)
    return condition.sequence.reduce((sum, { did }) => take({ did }, true, sum), next as Facts);
  const [name, ...others] = (isTrue ? everDid(condition) : undefined) ?? [];
  if (name === undefined || others.length > 0) return next;
  return { certain: new Set([...facts.certain, `did ${name}`]), taken };
}

/** What still holds after time has passed: what the entry said, and what was taken of events for good. */
export const later = ({ certain, taken }: Facts): Facts => ({
  certain,
  taken: new Map([...taken].filter(([text]) => text.includes('"value":"event.') && !/"(?:all|any|not)":/.test(text))),
});

/** The same facts have the same text. */
export const factsKey = ({ certain, taken }: Facts): string =>
  `${[...certain].sort().join('|')}#${[...taken]
    .map(([text, truth]) => `${truth ? '' : '!'}${text}`)
    .sort()
    .join('|')}`;
