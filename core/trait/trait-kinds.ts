import type { z } from 'zod';
import type { Draft } from '../draft.ts';
import { weekDays } from '../journey/document.ts';
import { isObject } from '../json.ts';
import { registryOf, type Kind } from '../kinds.ts';
import { conditionSlot } from '../segment/condition-kinds.ts';
import type { AskedEvents, InnerCondition, Window } from '../segment/condition-kind.ts';
import { where } from '../segment/operator-shapes.ts';
import type { Names, Where } from '../segment/condition.ts';
import { fullList, keys, map, ruled, type Complaint } from '../shape.ts';
import { countBetween, duration, id, names, number, path, text, word } from '../values.ts';
import type { ClosestTrait, LevelTrait, TraitDocument } from './trait-document.ts';

/** What a trait holds. */
export type TraitType = 'number' | 'text' | 'date' | 'list';

/** One kind of computed trait, as it is written. Paths start at the document. */
export interface TraitKind extends Kind {
  /** What it makes, where that is the same for all. */
  type(trait: Draft<TraitDocument>): TraitType | undefined;
  /** All that it can say, of a text; absent where what happens decides that. */
  values?(trait: Draft<TraitDocument>): readonly string[] | undefined;
  events(trait: Draft<TraitDocument>): readonly AskedEvents[];
  windows(trait: Draft<TraitDocument>): readonly Window[];
  /** Conditions that it asks. */
  conditions?(trait: Draft<TraitDocument>): readonly InnerCondition[];
  /** Traits that it is made of, and where they stand. */
  parts(
    trait: Draft<TraitDocument>,
  ): readonly { readonly path: readonly (string | number)[]; readonly trait: string }[];
}

const head = {
  $schema: text('the address of a schema').optional(),
  id,
  name: text('a name for people to read'),
  description: text('a description').optional(),
};
const as = map('values with their names, such as { "Email Clicked": "email" }', text('a name')).optional();

type Written = Readonly<Record<string, unknown>>;

/** A kind that is made of events. */
function ofEvents(
  key: string,
  shape: Record<string, z.ZodType>,
  type: (trait: Written) => TraitType | undefined,
  rule?: (trait: object) => Complaint | undefined,
): TraitKind {
  const schema = keys('a trait', { ...head, [key]: names, where: where.optional(), ...shape });
  return {
    key,
    schema: rule ? ruled(schema, rule) : schema,
    type: (trait) => type(trait as Written),
    values: (trait) => namesIn(trait as Written),
    events: (trait) => {
      const written = trait as Written;
      const of = typeof written['of'] === 'string' ? written['of'] : undefined;
      return [
        {
          path: [key],
          names: written[key] as Draft<Names> | undefined,
          where: { path: ['where'], tests: written['where'] as Draft<Where> | undefined },
          ...(of !== undefined && { counted: { path: ['of'], property: of, isSum: isOfNumbers.has(key) } }),
        },
      ];
    },
    windows: (trait) => {
      const { within } = trait as Written;
      return typeof within === 'string' ? [{ path: ['within'], within }] : [];
    },
    parts: () => [],
  };
}
/** What values are called where they have names, and week days. */
function namesIn({ as: named, by }: Written): readonly string[] | undefined {
  if (isObject(named)) return [...new Set(Object.values(named).map(String))];
  return by === 'weekday' ? weekDays : undefined;
}
const isOfNumbers = new Set(['sum', 'average', 'min', 'max']);
const isNumber = (): TraitType => 'number';
const ofNumbers = { of: path, within: duration.optional() };

/** Names are given to what a property says; an instant has none. */
function asRule(trait: object): Complaint | undefined {
  if (!('as' in trait) || 'of' in trait) return undefined;
  const sentence = '"as" names values, but without "of" this trait is an instant. Add "of", or take "as" away.';
  return { code: 'missing-key', must: 'with "of"', sentence };
}
function ofOrBy(trait: object): Complaint | undefined {
  const given = ['of', 'by'].filter((key) => key in trait);
  if (given.length === 1) return undefined;
  if (given.length === 2) {
    const sentence = '"of" and "by" count two different things. Keep one of them.';
    return { code: 'ambiguous-key', must: 'one of "of" and "by"', sentence };
  }
  const sentence = 'It does not say of what: add "of" with a property, or "by" with "event", "hour" or "weekday".';
  return { code: 'missing-key', must: 'with "of" or "by"', sentence };
}
const occasion = { of: path.optional(), within: duration.optional(), as };
const occasionType = ({ of, as: named }: Written): TraitType | undefined =>
  of === undefined ? 'date' : named === undefined ? undefined : 'text';

const noEvents = { events: () => [], windows: () => [] };
const ratio: TraitKind = {
  key: 'ratio',
  schema: keys('a trait', {
    ...head,
    ratio: keys('two traits, such as { "of": "returns", "to": "orders" }', { of: path, to: path }),
  }),
  type: isNumber,
  ...noEvents,
  parts: (trait) => {
    const { ratio: both } = trait as { readonly ratio?: { readonly of?: string; readonly to?: string } };
    return (['of', 'to'] as const).flatMap((key) => {
      const one = both?.[key];
      return one === undefined ? [] : [{ path: ['ratio', key], trait: one }];
    });
  },
};
const level: TraitKind = {
  key: 'level',
  schema: ruled(
    keys('a trait', {
      ...head,
      level: path,
      from: map('levels with the least that each needs, such as { "light": 0, "heavy": 10 }', number),
    }),
    (trait) => {
      if (Object.keys((trait as LevelTrait).from).length > 0) return undefined;
      const sentence = 'There is no level in "from". Name one with the least that it needs, such as { "heavy": 10 }.';
      return { code: 'empty-list', must: 'levels', sentence };
    },
  ),
  type: () => 'text',
  values: (trait) => Object.keys((trait as Draft<LevelTrait>).from ?? {}),
  ...noEvents,
  parts: (trait) => {
    const { level: one } = trait as { readonly level?: string };
    return one === undefined ? [] : [{ path: ['level'], trait: one }];
  },
};

const rank: TraitKind = {
  key: 'rank',
  schema: keys('a trait', {
    ...head,
    rank: path,
    into: countBetween(2, 100),
    above: number.optional(),
    best: word(['most', 'least']).optional(),
  }),
  type: isNumber,
  ...noEvents,
  parts: (trait) => {
    const { rank: one } = trait as { readonly rank?: string };
    return one === undefined ? [] : [{ path: ['rank'], trait: one }];
  },
};

const persona = keys('a persona with "name" and "signs"', {
  name: text('a name for people to read'),
  description: text('a description').optional(),
  signs: fullList(
    'a list of signs such as { "when": { "did": "Coupon Entered" }, "weight": 2 }',
    keys('a sign such as { "when": { "did": "Coupon Entered" }, "weight": 2 }', {
      when: conditionSlot('missing-condition'),
      weight: countBetween(1, 100).optional(),
      says: text('a reason for people to read').optional(),
    }),
  ),
});
const closest: TraitKind = {
  key: 'closest',
  schema: ruled(
    keys('a trait', {
      ...head,
      closest: map('personas by their ids, such as { "bargain-hunter": { "name": …, "signs": … } }', persona),
      atLeast: countBetween(1, 100).optional(),
    }),
    (trait) => {
      if (Object.keys((trait as ClosestTrait).closest).length > 0) return undefined;
      const sentence = 'There is no persona in "closest". Name one with the signs by which it is known.';
      return { code: 'empty-list', must: 'personas', sentence };
    },
  ),
  type: () => 'text',
  values: (trait) => Object.keys((trait as Draft<ClosestTrait>).closest ?? {}),
  ...noEvents,
  conditions: (trait) =>
    Object.entries((trait as Draft<ClosestTrait>).closest ?? {}).flatMap(([id, one]) =>
      (one?.signs ?? []).map((sign, index) => ({
        path: ['closest', id, 'signs', index, 'when'],
        condition: sign?.when,
      })),
    ),
  parts: () => [],
};

/** Every kind of computed trait, by the key that tells it. */
export const traitKinds = registryOf<TraitKind>(
  {
    noun: 'trait',
    aNoun: 'a computed trait',
    unknown: 'unknown-trait',
    ambiguous: 'ambiguous-trait',
    onlyOne: 'Write a document for each of them.',
  },
  [
    ofEvents('count', { within: duration.optional() }, isNumber),
    ofEvents('sum', ofNumbers, isNumber),
    ofEvents('average', ofNumbers, isNumber),
    ofEvents('min', ofNumbers, isNumber),
    ofEvents('max', ofNumbers, isNumber),
    ofEvents('first', occasion, occasionType, asRule),
    ofEvents('last', occasion, occasionType, asRule),
    ofEvents(
      'mostFrequent',
      { of: path.optional(), by: word(['event', 'hour', 'weekday']).optional(), within: duration.optional(), as },
      ({ by, as: named }) =>
        named !== undefined || by === 'event' || by === 'weekday' ? 'text' : by ? 'number' : undefined,
      ofOrBy,
    ),
    ofEvents(
      'list',
      {
        of: path.optional(),
        by: word(['event']).optional(),
        within: duration.optional(),
        as,
        atMost: countBetween(1, 100).optional(),
      },
      () => 'list',
      ofOrBy,
    ),
    ofEvents('daysSince', {}, isNumber),
    ofEvents('daysWith', {}, isNumber),
    ofEvents('daysBetween', {}, isNumber),
    ratio,
    level,
    rank,
    closest,
  ],
);
