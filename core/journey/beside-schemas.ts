import type { z } from 'zod';
import { either, fullList, keys, leaf, map, ruled, type Complaint } from '../shape.ts';
import {
  codesFileName,
  country,
  countBetween,
  couponCode,
  holidayDays,
  id,
  number,
  text,
  word,
  yesOrNo,
} from '../values.ts';
import { propertyTypes, validationModes } from './document.ts';

const schema = text('the address of a schema').optional();
const name = text('a name for people to read');

const inlineCodes = fullList('a list of codes', couponCode);
/** coupons/<id>.coupon.json */
export const couponSchema = ruled(
  keys('an object such as { "id": …, "name": …, "codes": … }', {
    $schema: schema,
    id,
    name,
    codes: either(
      (value) => (Array.isArray(value) ? inlineCodes : codesFileName),
      [inlineCodes, codesFileName],
    ).optional(),
    generate: keys('{ "prefix"?: …, "length"?: … }', {
      prefix: couponCode.optional(),
      length: countBetween(8, 24).optional(),
    }).optional(),
  }),
  codesOrGenerate,
);

function codesOrGenerate(pool: object): Complaint | undefined {
  const given = ['codes', 'generate'].filter((key) => key in pool);
  if (given.length === 1) return undefined;
  const must = 'a pool of codes';
  if (given.length === 0) {
    const sentence = 'The pool has no codes: give a list of them, a file, or { "generate": {} } to have them made.';
    return { code: 'missing-key', must, sentence };
  }
  return { code: 'ambiguous-key', must, sentence: 'This has "codes" and "generate" at once. Keep one of them.' };
}

const typeWord = word(propertyTypes);
const fullProperty = ruled(
  keys('a type such as "number", or { "type": "number", "required": true }', {
    type: typeWord,
    required: yesOrNo.optional(),
    description: text('a description').optional(),
    deprecated: text('what to use instead').optional(),
    oneOf: fullList(
      'a list of texts or numbers',
      leaf(
        (value) =>
          typeof value === 'string' || Number.isFinite(value)
            ? undefined
            : { code: 'wrong-type', must: 'a text or a number' },
        { type: ['string', 'number'] },
      ),
    ).optional(),
    atLeast: number.optional(),
    atMost: number.optional(),
    get of() {
      return property.optional();
    },
    get properties() {
      return properties.optional();
    },
    additional: yesOrNo.optional(),
  }),
  fitsItsType,
);
/** A property of an event: the word of its type, or written in full. */
export const property: z.ZodType = either(
  (value) => (typeof value === 'string' ? typeWord : fullProperty),
  [typeWord, fullProperty],
);
const properties = map('property paths with their types, such as { "total": "number" }', property);

/** What the keys of a property say is about the type that it has. */
function fitsItsType(value: {
  readonly type?: unknown;
  readonly oneOf?: unknown;
  readonly atLeast?: unknown;
  readonly atMost?: unknown;
}): Complaint | undefined {
  const { type, oneOf, atLeast, atMost } = value;
  const owners = {
    ...{ of: ['list'], properties: ['object'], additional: ['object'], oneOf: ['text', 'number'] },
    ...{ atLeast: ['number'], atMost: ['number'] },
  };
  for (const [key, types] of Object.entries(owners)) {
    if (!(key in value) || types.includes(String(type))) continue;
    const must = types.map((one) => `"${one}"`).join(' or ');
    const sentence = `"${key}" belongs to the type ${must}, but this is "${String(type)}". Leave it out, or change the type.`;
    return { code: 'ambiguous-key', must, sentence };
  }
  if (typeof atLeast === 'number' && typeof atMost === 'number' && atLeast > atMost) {
    const sentence = `No number is at least ${atLeast} and at most ${atMost}.`;
    return { code: 'ambiguous-key', must: 'bounds that leave room', sentence };
  }
  const wanted = type === 'text' ? 'string' : 'number';
  if (!Array.isArray(oneOf) || oneOf.every((one) => typeof one === wanted)) return undefined;
  const sentence = `Each value of "oneOf" must be a ${String(type)}, as the type says.`;
  return { code: 'wrong-type', must: `a ${String(type)}`, sentence };
}

/** events/<id>.event.json */
export const eventSchema = keys('an object such as { "id": …, "name": … }', {
  $schema: schema,
  id,
  name: text('the name by which senders and documents call the event'),
  description: text('a description').optional(),
  owner: text('who answers for the event').optional(),
  deprecated: text('what to use instead').optional(),
  properties: properties.optional(),
  additional: yesOrNo.optional(),
  validation: word(validationModes).optional(),
});

/** calendars/<id>.json */
export const calendarSchema = keys('an object such as { "id": …, "name": …, "holidays": … }', {
  $schema: schema,
  id: country,
  name,
  holidays: map('holidays with their days, such as { "new-year": "--01-01" }', holidayDays),
});
