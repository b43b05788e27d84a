import type { z } from 'zod';
import { withoutBroken, type Draft } from '../../draft.ts';
import { readKeys, readKind, registryOf, type Kind, type Report } from '../../kinds.ts';

import { isObject } from '../../json.ts';
import type { DurationText, Names, Where } from '../../segment/condition.ts';
import { where } from '../../segment/operator-shapes.ts';
import { byKey, either, keys, leaf, list, oneOrMany } from '../../shape.ts';
import { countBetween, id, shortDuration, names, text, word, yes } from '../../values.ts';
import { channels, type Channel, type Journey, type Purpose } from '../document.ts';
import type { Parsed } from '../parse.ts';

type OneOrMany<T> = T | readonly T[];
/** Which messages a rule is about: those with all that it says; `{}` is all. */
export interface Selector {
  readonly journey?: OneOrMany<string>;
  readonly kind?: OneOrMany<Journey['kind']>;
  readonly channel?: OneOrMany<Channel>;
  readonly purpose?: Purpose;
  readonly topic?: OneOrMany<string>;
  readonly template?: OneOrMany<string>;
  readonly step?: OneOrMany<string>;
}
/** What a rule begins with: an event of the person, or that they are converted. */
export type Beginning = { readonly event: Names; readonly where?: Where } | { readonly conversion: true };

interface Named {
  readonly id: string;
  readonly name?: string;
}
/** Once something has happened, no such message goes out. */
export interface NeverRule extends Named {
  readonly never: { readonly send: Selector };
  readonly after: Beginning;
}
/** Once something has happened, no message goes out at all. */
export interface NothingRule extends Named {
  readonly after: Beginning;
  readonly nothing: true;
}
/** No more such messages to one person in any stretch of time so long. */
export interface AtMostRule extends Named {
  readonly atMost: number;
  readonly sends: Selector;
  readonly within: DurationText;
}
export type Rule = NeverRule | NothingRule | AtMostRule;
/** rules.json: what must hold of all journeys together. */
export interface Rules {
  readonly rules: readonly Rule[];
}

const name = text('a name').optional();
const ids = (noun: string): z.ZodType => oneOrMany(noun, text(noun)).optional();
const selector = keys('which messages, such as { "channel": "sms" }', {
  journey: ids('the id of a journey'),
  kind: oneOrMany('a kind of journey', word(['acquisition', 'lifecycle', 'transactional'])).optional(),
  channel: oneOrMany('a channel', word(channels)).optional(),
  purpose: word(['marketing', 'transactional']).optional(),
  topic: ids('the id of a topic'),
  template: ids('the id of a template'),
  step: ids('the id of a step'),
});
const event = keys('{ "event": … }', { event: names, where: where.optional() });
const conversion = keys('{ "conversion": true }', { conversion: yes });
const beginning = either(
  (value) =>
    isObject(value)
      ? byKey({ event, conversion })(value)
      : { code: 'wrong-type', must: '{ "event": … } or { "conversion": true }' },
  [event, conversion],
);

const never: Kind = {
  key: 'never',
  schema: keys('a rule', { id, name, never: keys('{ "send": … }', { send: selector }), after: beginning }),
};
const atMost: Kind = {
  key: 'atMost',
  schema: keys('a rule', { id, name, atMost: countBetween(0, 100), sends: selector, within: shortDuration }),
};
const nothing: Kind = { key: 'nothing', schema: keys('a rule', { id, name, after: beginning, nothing: yes }) };

/** Every kind of rule, by the key that tells it. */
export const ruleKinds = registryOf(
  {
    noun: 'rule',
    aNoun: 'a rule',
    unknown: 'unknown-rule',
    ambiguous: 'ambiguous-rule',
    onlyOne: 'One rule says one thing: write two rules.',
  },
  [never, atMost, nothing],
);

const slot = leaf(
  (value) =>
    isObject(value) ? undefined : { code: 'wrong-type', must: 'a rule such as { "id": …, "never": …, "after": … }' },
  { $ref: '#/$defs/rule' },
);
/** rules.json; each rule is read by its own kind. */
export const rulesSchema = keys('an object such as { "rules": … }', {
  $schema: text('the address of a schema').optional(),
  rules: list('a list of rules', slot),
});

/** Reads rules.json. */
export function parseRules(value: unknown): Parsed<Rules> {
  const report: Report = { findings: [], broken: [] };
  const own = readKeys(rulesSchema, value, [], 'the file of rules', report);
  const listed = isObject(own) && Array.isArray(own['rules']) ? (own['rules'] as readonly unknown[]) : [];
  for (const [index, rule] of listed.entries()) {
    if (rule === undefined) continue;
    const named = isObject(rule) && typeof rule['id'] === 'string' ? `rule "${rule['id']}"` : 'this rule';
    readKind(ruleKinds, rule, ['rules', index], () => named, report);
  }
  const { findings, broken } = report;
  const sound = withoutBroken(value, broken);
  // These casts are what parsing is for: the schema has seen every key that is left.
  return {
    draft: isObject(sound) ? (sound as Draft<Rules>) : undefined,
    document: findings.length === 0 ? (value as Rules) : undefined,
    findings,
  };
}
